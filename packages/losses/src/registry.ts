import { unknownNameError } from '@ssl/errors';
import type { AnyMethod } from './method.ts';
import { autoencoder } from './methods/autoencoder.ts';
import { byol } from './methods/byol.ts';
import { simclr } from './methods/simclr.ts';
import { simsiam } from './methods/simsiam.ts';
import { swav } from './methods/swav.ts';
import { vicreg } from './methods/vicreg.ts';
import { moco } from './methods/moco.ts';
import { nnclr } from './methods/nnclr.ts';
import { maskedTokens } from './methods/masked-tokens.ts';
import { dino } from './methods/dino.ts';
import { lejepa } from './methods/lejepa.ts';
import { mae } from './methods/mae.ts';
import { rotation } from './methods/rotation.ts';
import { createS4l } from './methods/s4l.ts';
import { sela } from './methods/sela.ts';
import { selfClassifier } from './methods/self-classifier.ts';
import { supervised } from './methods/supervised.ts';

/** S⁴L, with the methods of the library as its pretext tasks. */
const s4l = createS4l((name) => getMethod(name));

/** All methods that come with the library: the one list. */
const all: readonly AnyMethod[] = [
  selfClassifier,
  sela,
  rotation,
  simclr,
  moco,
  nnclr,
  byol,
  simsiam,
  vicreg,
  lejepa,
  swav,
  dino,
  autoencoder,
  mae,
  maskedTokens,
  s4l,
  supervised,
];

const methods: ReadonlyMap<string, AnyMethod> = new Map(all.map((method) => [method.name, method]));

/** Names that `getMethod` knows. */
export const methodNames: readonly string[] = [...methods.keys()];

/**
 * A method of the library by its name.
 *
 * @throws UserError for a name that is none of `methodNames`, with the nearest
 */
export function getMethod(name: string): AnyMethod {
  const method = methods.get(name);
  if (method === undefined) throw unknownNameError('method', name, methodNames);
  return method;
}

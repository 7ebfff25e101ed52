import { unknownNameError } from '@ssl/errors';
import { arrayModality } from './array/array-modality.ts';
import { audioModality } from './audio/audio-modality.ts';
import { imageModality } from './image/image-modality.ts';
import type { AnyModality } from './modality.ts';
import { tokenModality } from './tokens/token-modality.ts';

/** All modalities that come with the library: the one list. */
const builtIn: readonly AnyModality[] = [
  imageModality as AnyModality,
  audioModality as AnyModality,
  tokenModality as AnyModality,
  arrayModality as AnyModality,
];

const modalities = new Map(builtIn.map((modality) => [modality.name, modality]));

/** Names that `getModality` knows. */
export function modalityNames(): readonly string[] {
  return [...modalities.keys()];
}

/**
 * A modality by its name.
 *
 * @throws UserError for a name that is unknown, with the nearest
 */
export function getModality(name: string): AnyModality {
  const modality = modalities.get(name);
  if (modality === undefined) throw unknownNameError('modality', name, modalityNames());
  return modality;
}

/**
 * Adds a modality of a user's own, in this thread. Registering the same object twice does nothing.
 *
 * @throws RangeError if another modality has the name
 */
export function registerModality(modality: AnyModality): void {
  const known = modalities.get(modality.name);
  if (known !== undefined && known !== modality) {
    throw new RangeError(
      `registerModality: there is a modality "${modality.name}" already; choose another name`,
    );
  }
  modalities.set(modality.name, modality);
}

import { unknownNameError } from '@ssl/errors';
import type { Backbone } from '../module.ts';
import type { BackboneFactory, BackboneOptions } from './backbone-factory.ts';
import { resnets } from './resnet.ts';

/** All backbones by name: one file a family. */
const backbones: ReadonlyMap<string, BackboneFactory> = new Map(Object.entries({ ...resnets }));

/** Names that `createBackbone` knows. */
export const backboneNames: readonly string[] = [...backbones.keys()];

/**
 * A new backbone with random weights.
 *
 * @throws UserError for a name that is none of `backboneNames` (with the nearest), for a width that is no whole
 * number from 1, and for images that are smaller than the network can take
 */
export function createBackbone(name: string, options: BackboneOptions): Backbone {
  const create = backbones.get(name);
  if (create === undefined) throw unknownNameError('backbone', name, backboneNames);
  return create(options);
}

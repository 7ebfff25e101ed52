import type { InputSpec } from '@ssl/augment';
import type { Random } from '@ssl/random';
import type { z } from 'zod';
import type { Backbone } from '../backbone.ts';

/** What a kind of backbone offers besides features. */
export type BackboneOffer = 'map' | 'tokens';

/** A kind of backbone: its options, what it takes, and how it is built. One file a family; `registry.ts` is the list. */
export interface BackboneKind<Options = Readonly<Record<string, unknown>>> {
  /** In kebab-case, e.g. `resnet18`. */
  readonly name: string;
  readonly description: string;
  /** Options with defaults, ranges and descriptions; what depends on the input is optional. */
  readonly options: z.ZodType<Options> & { readonly shape: z.ZodRawShape };
  readonly offers: readonly BackboneOffer[];
  /** Height and width of the patches that it cuts an input into, where it does that. */
  patchSize?(input: InputSpec, options: Options): readonly [height: number, width: number];
  /** What it needs of an input, to complete "needs …"; `undefined` where the input fits. */
  needs(input: InputSpec): string | undefined;
  /**
   * @param random each weight draws from a stream of its own, split off by name
   * @throws UserError for inputs that are too small, or options that do not fit
   */
  create(input: InputSpec, options: Options, random: Random): Backbone;
}

/** A kind of any options, as registries hold it. */
export type AnyBackboneKind = BackboneKind;

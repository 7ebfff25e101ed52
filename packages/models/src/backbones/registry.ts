import type { InputSpec } from '@ssl/augment';
import { unknownNameError, UserError } from '@ssl/errors';
import type { Random } from '@ssl/random';
import { z } from 'zod';
import type { Backbone, TokenEncoder } from '../backbone.ts';
import { audioCnn } from './audio-cnn.ts';
import type { AnyBackboneKind, BackboneOffer } from './backbone-kind.ts';
import { mlp } from './mlp.ts';
import { resnets } from './resnet.ts';
import { textTransformer } from './text-transformer.ts';
import { visionTransformers } from './vision-transformer.ts';

/** All kinds of backbones: the one list. The first that takes an input is the default for it. */
export const backboneKinds: readonly AnyBackboneKind[] = [
  audioCnn,
  ...resnets,
  ...visionTransformers,
  textTransformer,
  mlp,
];

/** Names that `createBackbone` knows. */
export const backboneNames: readonly string[] = backboneKinds.map(({ name }) => name);

/**
 * A backbone by its kind's name, and its options.
 *
 * @throws UserError for a name that is none of `backboneNames`, with the nearest
 */
export function getBackboneKind(name: string): AnyBackboneKind {
  const kind = backboneKinds.find((candidate) => candidate.name === name);
  if (kind === undefined) throw unknownNameError('backbone', name, backboneNames);
  return kind;
}

/**
 * The default kind for an input: the first that takes it.
 *
 * @param offer what it is to offer besides features; default: nothing
 * @throws UserError where there is none
 */
export function defaultBackbone(input: InputSpec, offer?: BackboneOffer): string {
  const fitting = backboneKinds.filter((kind) => kind.needs(input) === undefined);
  const [first] = fitting.filter((kind) => offer === undefined || kind.offers.includes(offer));
  if (first !== undefined) return first.name;
  throw new UserError(`no backbone takes ${input.modality} samples of shape [${input.shape.join(', ')}]`);
}

/** What a backbone is built from. */
export interface CreateBackboneOptions {
  readonly input: InputSpec;
  /** Options of the kind; those left out have defaults. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly random: Random;
}

/**
 * A new backbone with random weights.
 *
 * @throws UserError for an unknown name (with the nearest), options that the kind does not have, and inputs that it
 * does not take
 */
export function createBackbone(
  name: string,
  { input, options = {}, random }: CreateBackboneOptions,
): Backbone {
  const kind = getBackboneKind(name);
  const missing = kind.needs(input);
  if (missing !== undefined) {
    const others = backboneKinds
      .filter((other) => other.needs(input) === undefined)
      .map((other) => other.name);
    throw new UserError(
      `backbone ${name} needs ${missing}; for these data there ${others.length === 1 ? 'is' : 'are'} ${others.join(', ') || 'none'}`,
    );
  }
  const parsed = kind.options.safeParse(options);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(`createBackbone: ${name}: ${[...(issue?.path ?? []), issue?.message].join(': ')}`);
  }
  return kind.create(input, parsed.data, random);
}

/** The schema of a config's `backbone`: a union of all kinds by name. */
export function backboneSchema(): z.ZodType<{ readonly name: string }> {
  const kinds = backboneKinds.map(({ name, options }) =>
    z.strictObject({ name: z.literal(name).describe('which network'), ...options.shape }),
  );
  return z.discriminatedUnion(
    'name',
    kinds as unknown as [z.ZodObject, ...z.ZodObject[]],
  ) as unknown as z.ZodType<{
    readonly name: string;
  }>;
}

/**
 * The backbone's `map`, for a method that needs one.
 *
 * @param caller the method, for the message
 * @throws UserError that names the backbones which offer it
 */
export function requireMap(caller: string, backbone: Backbone): Required<Pick<Backbone, 'map' | 'poolMap'>> {
  const { map, poolMap } = backbone;
  if (map !== undefined && poolMap !== undefined) return { map, poolMap };
  throw lacksError(caller, backbone, 'map', 'a feature map');
}

/**
 * The backbone's tokens, for a method that needs them.
 *
 * @throws UserError that names the backbones which offer them
 */
export function requireTokens(caller: string, backbone: Backbone): TokenEncoder {
  if (backbone.tokens !== undefined) return backbone.tokens;
  throw lacksError(caller, backbone, 'tokens', 'tokens');
}

function lacksError(
  caller: string,
  { name, settings }: Backbone,
  offer: BackboneOffer,
  what: string,
): UserError {
  const able = backboneKinds.filter(
    (kind) => kind.name !== name && kind.offers.includes(offer) && kind.needs(settings.input) === undefined,
  );
  const names = able.map((kind) => kind.name).join(', ');
  return new UserError(
    `${caller} needs a backbone with ${what}, and ${name} has none; use ${names || 'other data'}${names ? ' (--backbone)' : ''}`,
  );
}

import type { Augmentation } from '../../augmentation.ts';
import type { InputSpec } from '../../input-spec.ts';
import type { ImageTransformSpec } from '../image-transforms.ts';

/** As `Augmentation`, with the transforms' parameters checked by the compiler. */
interface ImageAugmentation extends Omit<Augmentation, 'recipe'> {
  recipe(input: InputSpec): {
    readonly view: readonly ImageTransformSpec[];
    readonly alternately?: readonly (readonly ImageTransformSpec[])[];
    readonly local?: readonly ImageTransformSpec[];
  };
}

/** An augmentation of images. */
export function defineAugmentation(augmentation: ImageAugmentation): Augmentation {
  return augmentation;
}

import type { Augmentation } from '../augmentation.ts';
import type { InputSpec } from '../input-spec.ts';

/** A window of the input's length at a random place. */
const randomWindow: Augmentation = {
  name: 'random-span',
  description: 'a window at a random place of the text',
  source: 'spans as in Devlin et al., BERT, NAACL 2019, one instead of two',
  strength: 'weak',
  needs: () => undefined,
  recipe: (input) => ({ view: [{ name: 'randomSpan', length: lengthOf(input) }] }),
};

/** A window, of which a tenth is hidden. */
const windowAndDropout: Augmentation = {
  name: 'span-and-dropout',
  description: 'a window at a random place of the text, of which a tenth of the tokens is hidden',
  source: 'spans as in Giorgi et al., DeCLUTR, ACL 2021; hidden tokens as in Wu et al., CLEAR, 2020',
  strength: 'strong',
  needs: () => undefined,
  recipe: (input) => ({
    view: [
      { name: 'randomSpan', length: lengthOf(input) },
      { name: 'randomTokenNoise', ratio: 0.1, replacement: 'mask' },
    ],
  }),
};

/** The augmentations of token sequences. */
export const tokenAugmentations: readonly Augmentation[] = [randomWindow, windowAndDropout];

function lengthOf({ shape }: InputSpec): number {
  return shape[0] ?? 1;
}

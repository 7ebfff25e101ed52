import type { ImageSpec } from '@ssl/augment';
import type { Random } from '@ssl/random';
import type { Backbone, BackboneSettings } from '../module.ts';

/** What to build a backbone from. */
export interface BackboneOptions {
  /** Where the starting weights come from; each weight draws from a stream of its own, split off by name. */
  readonly random: Random;
  /** The images it is to take; views of other sizes may follow as long as they are large enough. */
  readonly image: ImageSpec;
  /** Channels of the first stage; later stages double it. Default: 16 for `resnet-tiny`, 64 for the others. */
  readonly width?: number;
  /**
   * `imagenet`: 7×7 convolution with stride 2, then max-pool; `cifar`: 3×3 with stride 1. Default: `cifar` for
   * `resnet-tiny` and for images below 64 pixels, else `imagenet`.
   */
  readonly stem?: BackboneSettings['stem'];
  /**
   * How convolutions start: as torchvision's ResNets (normal, variance 2 / fan out; the default), or as any
   * PyTorch convolution (uniform in ±1/√fan in).
   */
  readonly initialization?: BackboneSettings['initialization'];
}

/** Makes one kind of backbone. Throws a UserError for images that are too small for it. */
export type BackboneFactory = (options: BackboneOptions) => Backbone;

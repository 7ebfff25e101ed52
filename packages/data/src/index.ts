export type { DatasetSource, Dataset, SharedDataset, Split } from './dataset.ts';
export { createGeneratedShapes, type GeneratedShapesOptions } from './generated-shapes.ts';
export { createInlineViewLoader } from './inline-view-loader.ts';
export { byteImage } from './byte-image.ts';
export { createPackedDataset, type PackedImages } from './packed-dataset.ts';
export { subset } from './subset.ts';
export {
  defaultStream,
  oneStream,
  type StreamPlan,
  type ViewLoader,
  type ViewLoaderOptions,
} from './view-loader.ts';

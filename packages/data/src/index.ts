export type { DatasetSource, ImageDataset, SharedDataset, Split } from './dataset.ts';
export { createGeneratedShapes, type GeneratedShapesOptions } from './generated-shapes.ts';
export { createInlineViewLoader } from './inline-view-loader.ts';
export { createPackedDataset, type PackedImages } from './packed-dataset.ts';
export { subset } from './subset.ts';
export type { ViewLoader, ViewLoaderOptions } from './view-loader.ts';

export {
  decodeImageDeep,
  describeImageDeep,
  type DecodeImageDeepOptions,
  type DeepImage,
  type DeepImageDescription,
} from './formats/decode-image-deep.node.ts';
export type { DatasetKind, DatasetSpec, OpenContext } from './dataset-kind.node.ts';
export { registerDatasetKind } from './dataset-kinds.node.ts';
export { decodeImageFile } from './image-file.node.ts';
export {
  acceptedData,
  canWorkersOpen,
  datasetSplits,
  openDataset,
  type OpenDatasetOptions,
} from './open-dataset.node.ts';
export { createWorkerViewLoader, type WorkerViewLoaderOptions } from './worker-view-loader.node.ts';

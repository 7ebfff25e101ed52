export type { DatasetSource, ImageDataset } from './dataset.ts';

export type { DatasetSource, ImageDataset, SharedDataset, Split } from './dataset.ts';
export { createGeneratedShapes, type GeneratedShapesOptions } from './generated-shapes.ts';
export { createInlineViewLoader } from './inline-view-loader.ts';
export { createPackedDataset, type PackedImages } from './packed-dataset.ts';
export { subset } from './subset.ts';
export {
  renderSentence,
  sentenceClassNames,
  type RenderSentenceOptions,
} from './text/generated-sentences/render-sentence.ts';
export { parseDocuments, type ParseDocumentsOptions } from './text/parse-documents.ts';
export type { ViewLoader, ViewLoaderOptions } from './view-loader.ts';

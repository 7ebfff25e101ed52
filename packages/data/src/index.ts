export type { DatasetSource, Dataset, SharedDataset, Split } from './dataset.ts';
export { createGeneratedSentences, type GeneratedSentencesOptions } from './generated-sentences.ts';
export { createGeneratedShapes, type GeneratedShapesOptions } from './generated-shapes.ts';
export { createGeneratedTones, type GeneratedTonesOptions } from './generated-tones.ts';
export { createInlineViewLoader } from './inline-view-loader.ts';
export { byteImage } from './byte-image.ts';
export { createPackedDataset, type PackedImages } from './packed-dataset.ts';
export { relabel, type LabelEntry } from './relabel.ts';
export { subset } from './subset.ts';
export {
  defaultStream,
  oneStream,
  type StreamPlan,
  type ViewLoader,
  type ViewLoaderOptions,
} from './view-loader.ts';
export { describeImageArray, imageOfArray, type ImageArrayLayout } from './arrays/image-array.ts';
export { labelsOfArray } from './arrays/label-array.ts';
export { samplesOfArray, type ArraySamples } from './arrays/sample-array.ts';
export { readNpyHeader, type NpyDtype, type NpyHeader } from './arrays/npy-header.ts';
export { readNpy, type NpyArray, type NpyData } from './arrays/npy.ts';
export { arraysOf, type NpzRoles, type SplitArrays } from './arrays/npz-roles.ts';
export { readNpz, readNpzNames, type ReadNpzOptions } from './arrays/npz.ts';
export { sampleRange } from './sample-range.ts';
export { checkFinite, type ImageSamples } from './formats/image-samples.ts';
export { isTiff } from './formats/tiff-directory.ts';
export { readTiff, type TiffPage } from './formats/tiff.ts';
export { measureRange, parseRange, type MeasurableImages, type ValueRange } from './formats/value-range.ts';
export {
  renderSentence,
  sentenceClassNames,
  type RenderSentenceOptions,
} from './text/generated-sentences/render-sentence.ts';
export { textSample } from './text/packed-texts.ts';
export { parseDocuments, type ParseDocumentsOptions } from './text/parse-documents.ts';
export { renderTone, toneClassNames, type ToneOptions } from './audio/generated-tones/render-tone.ts';
export { readWav, type WavAudio } from './audio/read-wav.ts';
export { toMono } from './audio/to-mono.ts';

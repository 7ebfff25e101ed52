import type { MetricsRecord, Settings } from '@ssl/train';

/** Everything a report is drawn from: what a run folder holds. */
export interface ReportInputs {
  /** The run folder, as it is to stand in commands. */
  readonly runFolder: string;
  /** `config.json`. */
  readonly config: Settings;
  /** `metrics.jsonl`, in order of steps; empty where nothing has been logged. */
  readonly metrics: readonly MetricsRecord[];
  /** `eval.json`; absent before evaluation. */
  readonly evaluation?: ReportEvaluation;
  /** `embeddings.safetensors`; absent before evaluation. */
  readonly embeddings?: ReportEmbeddings;
  /** `atlas.png`; absent before evaluation. */
  readonly atlas?: ReportAtlas;
  /** `previews.json`; absent for samples that are pictures only. */
  readonly previews?: ReportPreviews;
  /** `examples.json` and, of pictures, `examples.png`; absent where the method shows none. */
  readonly examples?: ReportExamples | ReportExampleTexts;
}

/** Scores, and what exactly was done to get them. Scores are 0 to 1; `null` where labels were missing. */
export interface ReportEvaluation {
  /** By protocol: words, or settings. */
  readonly protocol: Settings;
  /** By protocol, then by score. */
  readonly results: Settings;
  /** By baseline, protocol and score. */
  readonly baselines: Settings;
}

/** What is known of each evaluated image. */
export interface ReportEmbeddings {
  /** Evaluated images. */
  readonly count: number;
  /** Dimensions of the features; absent where they were not kept. */
  readonly featureDim?: number | undefined;
  /** Names of the labels; absent where the data has none. */
  readonly classNames?: readonly string[] | undefined;
  /** `[count]`, −1 where unknown; absent where the data has no labels. */
  readonly labels?: Int32Array | undefined;
  /** Class of each image, `[count]`; absent where the method has no classes. */
  readonly predicted?: Int32Array | undefined;
  /** Probability of that class, `[count]`. */
  readonly confidence?: Float32Array | undefined;
  /** Places in the plane, `[count, 2]`. */
  readonly map?: Float32Array | undefined;
  /** `[queries, width]`: an image and its nearest others, most similar first. */
  readonly neighbours?: { readonly width: number; readonly rows: Int32Array } | undefined;
}

/** Thumbnails of the evaluated images in one picture, row by row. */
export interface ReportAtlas {
  /** The PNG file as a `data:` address. */
  readonly dataUri: string;
  readonly columns: number;
  /** Side of a thumbnail in pixels. */
  readonly tileSize: number;
  /** Places for thumbnails: images from this one on have none. */
  readonly capacity: number;
}

/** Samples as text and sound, by their rows in the embeddings. */
export interface ReportPreviews {
  readonly texts?: Readonly<Record<string, string>> | undefined;
  /** `data:` addresses. */
  readonly sounds?: Readonly<Record<string, string>> | undefined;
}

/** Rows of pictures by which the method shows what it does, in one picture. */
export interface ReportExamples {
  /** The PNG file as a `data:` address. */
  readonly dataUri: string;
  /** Names of the rows, from top to bottom. */
  readonly rows: readonly string[];
  /** Pictures in a row. */
  readonly columns: number;
  /** Size of a picture in pixels. */
  readonly height: number;
  readonly width: number;
}

/** Rows of texts by which the method shows what it does. */
export interface ReportExampleTexts {
  /** Names of the rows. */
  readonly rows: readonly string[];
  /** Texts of each row; those of one sample have the same place. */
  readonly texts: readonly (readonly string[])[];
}

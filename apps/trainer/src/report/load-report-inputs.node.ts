import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '@ssl/errors';
import { readSafetensors, type SafeTensor } from '@ssl/models';
import { z } from 'zod';
import { checkSettings, isSettings, type MetricsRecord, type Settings } from '@ssl/train';
import type {
  ReportAtlas,
  ReportEmbeddings,
  ReportEvaluation,
  ReportExamples,
  ReportExampleTexts,
  ReportInputs,
  ReportPreviews,
} from './report-inputs.ts';

/**
 * Reads what a report shows from a run folder. Before evaluation, there is less to read; what is there must be whole.
 *
 * @throws UserError if the folder is no run, or a file is damaged
 */
export async function loadReportInputs(runFolder: string): Promise<ReportInputs> {
  const config = await readSettings(join(runFolder, 'config.json'));
  if (config === undefined) {
    throw new UserError(
      `${runFolder} is no run folder: it holds no config.json. Give a folder that ssl train wrote`,
    );
  }
  const log = await readIfThere(join(runFolder, 'metrics.jsonl'));
  const scores = await readSettings(join(runFolder, 'eval.json'));
  const embeddingsPath = join(runFolder, 'embeddings.safetensors');
  const tensors = await readIfThere(embeddingsPath);
  const png = await readIfThere(join(runFolder, 'atlas.png'));

  const previews = await readPreviews(runFolder);
  const examples = await readExamples(runFolder);

  const stored = tensors && readSafetensors(tensors, embeddingsPath);
  const atlas = png && stored && readAtlas(png, stored.metadata, join(runFolder, 'atlas.png'));
  return {
    runFolder,
    config,
    metrics: readMetrics(log),
    ...(scores && { evaluation: readEvaluation(scores) }),
    ...(stored && { embeddings: readEmbeddings(stored.tensors, stored.metadata, embeddingsPath) }),
    ...(atlas && { atlas }),
    ...(previews && { previews }),
    ...(examples && { examples }),
  };
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    // Not a Buffer: slices of those share the file's memory, whatever it is aligned to.
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readSettings(path: string): Promise<Settings | undefined> {
  const bytes = await readIfThere(path);
  if (bytes === undefined) return undefined;
  const value = parseJson(new TextDecoder().decode(bytes));
  if (!isSettings(value)) throw new UserError(`${path} is damaged: expected a JSON object`);
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The whole lines of a run log: a run that is still going on may be writing the last one. */
function readMetrics(bytes: Uint8Array | undefined): MetricsRecord[] {
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .map(parseJson)
    .filter((line): line is MetricsRecord => isSettings(line) && typeof line['step'] === 'number');
}

function readEvaluation(scores: Settings): ReportEvaluation {
  const part = (name: string): Settings => {
    const value = scores[name];
    return isSettings(value) ? value : {};
  };
  return { protocol: part('protocol'), results: part('results'), baselines: part('baselines') };
}

function readEmbeddings(
  tensors: ReadonlyMap<string, SafeTensor>,
  metadata: Readonly<Record<string, string>>,
  path: string,
): ReportEmbeddings {
  const count = [...tensors].find(([name]) => name !== 'neighbours')?.[1].shape[0] ?? 0;
  const columns = (name: string, dtype: SafeTensor['dtype'], perRow: number): SafeTensor | undefined => {
    const tensor = tensors.get(name);
    if (tensor && (tensor.dtype !== dtype || tensor.data.length !== count * perRow)) {
      throw new UserError(
        `${path}: expected "${name}" to hold ${perRow} ${dtype} for each of ${count} images, got ${tensor.dtype} [${tensor.shape.join(',')}]. Evaluate the run again`,
      );
    }
    return tensor;
  };
  const integers = (name: string): Int32Array | undefined =>
    columns(name, 'I32', 1)?.data as Int32Array | undefined;
  const neighbours = tensors.get('neighbours');
  const width = neighbours?.shape[1];
  return {
    count,
    featureDim: tensors.get('features')?.shape[1],
    classNames: readNames(metadata['classNames']),
    labels: integers('labels'),
    predicted: integers('predicted'),
    confidence: columns('confidence', 'F32', 1)?.data as Float32Array | undefined,
    map: columns('map', 'F32', 2)?.data as Float32Array | undefined,
    neighbours:
      neighbours && width ? { width, rows: Int32Array.from(neighbours.data as Int32Array) } : undefined,
  };
}

function readNames(json: string | undefined): readonly string[] | undefined {
  const names = json === undefined ? undefined : parseJson(json);
  return Array.isArray(names) ? names.map(String) : undefined;
}

/** Where a PNG file holds its width and height, each four bytes. */
const [widthAt, heightAt] = [16, 20];

function readAtlas(png: Uint8Array, metadata: Readonly<Record<string, string>>, path: string): ReportAtlas {
  const columns = Number(metadata['atlasColumns']);
  const tileSize = Number(metadata['tileSize']);
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  if (
    !(columns >= 1 && tileSize >= 1) ||
    png.length <= heightAt + 4 ||
    view.getUint32(widthAt) !== columns * tileSize
  ) {
    throw new UserError(`${path} does not fit embeddings.safetensors. Evaluate the run again`);
  }
  return {
    dataUri: pngAddress(png),
    columns,
    tileSize,
    capacity: columns * Math.floor(view.getUint32(heightAt) / tileSize),
  };
}

const previewsSchema = z.object({
  texts: z.record(z.string(), z.string()).optional(),
  // The page plays them from where they stand, so nothing else may stand there.
  sounds: z.record(z.string(), z.string().regex(/^data:audio\/[\w.+-]+;base64,[\w+/=]*$/)).optional(),
});

async function readPreviews(runFolder: string): Promise<ReportPreviews | undefined> {
  const path = join(runFolder, 'previews.json');
  const stored = await readSettings(path);
  return stored && checkSettings(previewsSchema, stored, () => path);
}

const examplesSchema = z.object({
  rows: z.array(z.string()).min(1),
  columns: z.int().min(1),
  height: z.int().min(1),
  width: z.int().min(1),
});

const exampleTextsSchema = z.object({
  rows: z.array(z.string()).min(1),
  texts: z.array(z.array(z.string())),
});

async function readExamples(runFolder: string): Promise<ReportExamples | ReportExampleTexts | undefined> {
  const path = join(runFolder, 'examples.json');
  const description = await readSettings(path);
  if (description?.['texts'] !== undefined) {
    return checkSettings(exampleTextsSchema, description, () => path);
  }
  const png = await readIfThere(join(runFolder, 'examples.png'));
  if (description === undefined || png === undefined) return undefined;
  return { dataUri: pngAddress(png), ...checkSettings(examplesSchema, description, () => path) };
}

function pngAddress(png: Uint8Array): string {
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}

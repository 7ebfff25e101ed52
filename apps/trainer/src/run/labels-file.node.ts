import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { relabel, type Dataset, type LabelEntry } from '@ssl/data';
import { UserError } from '@ssl/errors';
import { decodeCsv } from '../files/csv.ts';

/** A file of labels, as a run remembers it. */
export interface LabelsSource {
  /** Absolute. */
  readonly path: string;
  /** Of its content: a run goes on with the very same labels only. */
  readonly sha256: string;
}

/** A file of labels that has been read. */
export interface LabelsFile extends LabelsSource {
  readonly entries: readonly LabelEntry[];
}

/**
 * Reads a file of labels: CSV with a sample and its class in each line, `path,class` for folders and `index,class` for
 * packed sets, with or without such a header. An empty class is an unknown one.
 *
 * @throws UserError if it cannot be read, is no CSV, or a line has no class
 */
export async function readLabelsFile(path: string): Promise<LabelsFile> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UserError(`--labels ${path}: ${reasonOf(error)}`, { cause: error });
  });
  const rows = readRows(bytes.toString('utf8'), path).map((row) => row.map((field) => field.trim()));
  const [first] = rows;
  const entries = first !== undefined && isHeader(first) ? rows.slice(1) : rows;
  if (entries.length === 0)
    throw new UserError(`--labels ${path}: it holds no label; expected lines of path,class`);
  return {
    path: resolve(path),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    entries: entries.map((row) => {
      const [sample, className] = row;
      if (row.length !== 2 || sample === undefined || className === undefined || sample === '') {
        throw new UserError(
          `--labels ${path}: expected a sample and its class, path,class, in each line; got ${JSON.stringify(row.join(','))}`,
        );
      }
      return { sample, className };
    }),
  };
}

/**
 * The data set with the labels of a file, where there is one.
 *
 * @throws UserError as `relabel`
 */
export function withLabelsOf(file: LabelsFile | undefined, dataset: Dataset): Dataset {
  return file === undefined ? dataset : relabel(dataset, file.entries, `--labels ${file.path}`);
}

/**
 * Reads the labels of a run again, to go on with it.
 *
 * @param given what the user names now, e.g. where the file has moved to
 * @throws UserError if the file is gone or holds something else, or the run has no such file
 */
export async function reopenLabels(
  directory: string,
  own: LabelsSource | undefined,
  given: string | undefined,
): Promise<LabelsFile | undefined> {
  if (own === undefined) {
    if (given === undefined) return undefined;
    throw new UserError(
      `--resume ${directory}: the run began without --labels; leave it out to resume, or start a new run`,
    );
  }
  const file = await readLabelsFile(given ?? own.path);
  if (file.sha256 === own.sha256) return file;
  throw new UserError(
    `--resume ${directory}: the labels in ${file.path} are not those that the run began with; restore the file, or name the place it moved to with --labels`,
  );
}

function readRows(text: string, path: string): readonly (readonly string[])[] {
  try {
    return decodeCsv(text);
  } catch (error) {
    throw new UserError(`--labels ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function isHeader([sample = '', className = '']: readonly string[]): boolean {
  return (
    ['path', 'file', 'index', 'name', 'sample'].includes(sample.toLowerCase()) &&
    ['class', 'label'].includes(className.toLowerCase())
  );
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file';
  return code === 'EISDIR' ? 'it is a folder; expected a CSV file' : message;
}

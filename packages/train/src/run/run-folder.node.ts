import { dirname, join } from 'node:path';
import { UserError } from '@ssl/errors';
import { isSettings, type Settings } from '../config/settings.ts';
import { createCheckpointRotation } from './checkpoint-rotation.node.ts';
import { durableFiles, writingError, type DurableFiles } from './durable-files.node.ts';
import { appendMetricsLine, rewindMetricsFile } from './metrics-file.node.ts';
import type { RunStore } from './run-store.ts';

/** A run on disk. */
export interface RunFolder extends RunStore {
  readonly directory: string;
  /** What `config.json` holds. */
  readonly config: Settings;
}

/** What a run folder is opened with. */
export interface RunFolderOptions {
  /** Told, in one line, what was amiss without stopping anything. */
  readonly onWarning?: (line: string) => void;
  /** The disk; another one in tests. */
  readonly files?: DurableFiles;
}

const configFile = 'config.json';
const ignore = (): void => undefined;

/**
 * A new run. Nothing is written before there is something to keep, that is before the first line of the run log
 * or the first checkpoint: a run whose first step fails leaves nothing behind.
 *
 * @param directory a folder that does not exist, or is empty but for a `.lock`
 * @param config what `config.json` is to hold: the resolved `TrainConfig`, and what else describes the run
 * @throws UserError if the folder holds something, or is none
 */
export async function createRunFolder(
  directory: string,
  config: Settings,
  { onWarning = ignore, files = durableFiles }: RunFolderOptions = {},
): Promise<RunFolder> {
  const names = await files.list(directory);
  if (names === undefined && (await files.size(directory)) !== undefined) {
    throw new UserError(`${directory} is a file; name a folder for the run`);
  }
  if (names?.some((name) => !name.startsWith('.lock'))) {
    throw new UserError(
      `${directory} exists and is not empty; name another folder, or resume the run that is in it`,
    );
  }
  let created: Promise<void> | undefined;
  async function create(): Promise<void> {
    await files.makeDirectory(directory);
    await writeConfig(files, join(directory, configFile), config);
    await files.syncDirectory(dirname(directory));
  }
  return folderOf(directory, config, files, onWarning, () => (created ??= create()));
}

/** How to open a run that is there. */
export interface OpenRunFolderOptions extends RunFolderOptions {
  /** What `config.json` is to hold from the next write on; default: what it holds. */
  readonly revised?: Settings | undefined;
}

/**
 * A run that is there, to go on with or to look at. Reading changes nothing on disk.
 *
 * @throws UserError if the folder is no run
 */
export async function openRunFolder(
  directory: string,
  { onWarning = ignore, files = durableFiles, revised }: OpenRunFolderOptions = {},
): Promise<RunFolder> {
  if ((await files.list(directory)) === undefined) throw new UserError(`${directory}: no such folder`);
  const path = join(directory, configFile);
  const bytes = await files.read(path);
  if (bytes === undefined) throw new UserError(`${directory} is no run: it has no ${configFile}`);
  const config = parseConfig(bytes, path);
  if (revised === undefined) return folderOf(directory, config, files, onWarning, async () => undefined);
  let written: Promise<void> | undefined;
  const revise = (): Promise<void> => (written ??= writeConfig(files, path, revised));
  return folderOf(directory, revised, files, onWarning, revise);
}

/** In place of the old one at once, or not at all. */
async function writeConfig(files: DurableFiles, path: string, config: Settings): Promise<void> {
  try {
    await files.write(`${path}.new`, new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`));
    await files.rename(`${path}.new`, path);
  } catch (error) {
    await files.remove(`${path}.new`).catch(() => undefined);
    throw error;
  }
  await files.syncDirectory(dirname(path));
}

function parseConfig(bytes: Uint8Array, path: string): Settings {
  let config: unknown;
  try {
    config = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UserError(`${path} is damaged: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isSettings(config)) throw new UserError(`${path} is damaged: it holds no JSON object`);
  return config;
}

function folderOf(
  directory: string,
  config: Settings,
  files: DurableFiles,
  onWarning: (line: string) => void,
  create: () => Promise<void>,
): RunFolder {
  const metrics = join(directory, 'metrics.jsonl');
  const checkpoints = createCheckpointRotation(files, join(directory, 'checkpoints'), onWarning);
  let savedStep: number | undefined;

  async function writing(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const remedy =
        savedStep === undefined
          ? 'make room and start again'
          : `the checkpoint of step ${savedStep} is whole: make room and resume from it`;
      throw writingError(error, directory, remedy);
    }
  }

  return {
    directory,
    config,
    async loadCheckpoint() {
      const checkpoint = await checkpoints.load();
      savedStep = checkpoint?.state.step;
      return checkpoint;
    },
    saveCheckpoint: (checkpoint) =>
      writing(async () => {
        await create();
        await checkpoints.save(checkpoint);
        savedStep = checkpoint.state.step;
      }),
    appendMetrics: (record) =>
      writing(async () => {
        await create();
        await appendMetricsLine(files, metrics, record);
      }),
    rewindMetrics: (step) => writing(() => rewindMetricsFile(files, metrics, step)),
  };
}

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isUserError, UserError } from '@ssl/errors';
import { readSafetensors, writeSafetensors } from '@ssl/models';
import { checkpointFormat, type Checkpoint, type TrainerState } from './checkpoint.ts';
import type { DurableFiles } from './durable-files.node.ts';

const weightsFile = 'weights.safetensors';
const trainerFile = 'trainer.safetensors';
const stateFile = 'trainer.json';

/** A file as `trainer.json` describes it. */
interface FileRecord {
  readonly bytes: number;
  readonly sha256: string;
}

/** Why a folder holds no whole checkpoint. */
export interface Damage {
  readonly damage: string;
}

/**
 * Writes a checkpoint into a new folder and returns once it is on the disk. `trainer.json` comes last and holds
 * the hashes of the others and of itself: a folder that is not whole is known by it.
 */
export async function writeCheckpoint(
  files: DurableFiles,
  folder: string,
  { weights, trainer, state }: Checkpoint,
): Promise<void> {
  await files.makeDirectory(folder);
  const records: Record<string, FileRecord> = {};
  for (const [name, tensors] of [
    [weightsFile, weights],
    [trainerFile, trainer],
  ] as const) {
    const bytes = writeSafetensors(tensors, { format: 'pt', step: String(state.step) });
    records[name] = { bytes: bytes.length, sha256: hashOf(bytes) };
    await files.write(join(folder, name), bytes);
  }
  const described = { ...state, files: records };
  const text = JSON.stringify({ ...described, sha256: hashOfState(described) }, null, 2);
  await files.write(join(folder, stateFile), new TextEncoder().encode(`${text}\n`));
  await files.syncDirectory(folder);
}

/** Reads a checkpoint and checks every byte of it. */
export async function readCheckpoint(files: DurableFiles, folder: string): Promise<Checkpoint | Damage> {
  const stateBytes = await files.read(join(folder, stateFile));
  if (stateBytes === undefined) return { damage: `${stateFile} is missing` };
  const described = parseState(stateBytes);
  if (described === undefined) return { damage: `${stateFile} is damaged` };
  const { files: records, ...state } = described;
  if (state.formatVersion !== checkpointFormat) {
    throw new UserError(
      `${folder} was written by another version of this program (format ${state.formatVersion}, this one reads format ${checkpointFormat}): train it anew`,
    );
  }

  const contents: Uint8Array[] = [];
  for (const name of [weightsFile, trainerFile]) {
    const record = records[name];
    const bytes = await files.read(join(folder, name));
    if (record === undefined || bytes === undefined) return { damage: `${name} is missing` };
    if (bytes.length !== record.bytes) {
      return { damage: `${name} has ${bytes.length} bytes instead of ${record.bytes}` };
    }
    if (hashOf(bytes) !== record.sha256) return { damage: `${name} was changed: its hash differs` };
    contents.push(bytes);
  }
  const [weights, trainer] = contents as [Uint8Array, Uint8Array];
  try {
    return {
      weights: readSafetensors(weights, weightsFile).tensors,
      trainer: readSafetensors(trainer, trainerFile).tensors,
      state,
    };
  } catch (error) {
    if (!isUserError(error)) throw error;
    return { damage: error.message };
  }
}

type DescribedState = TrainerState & { readonly files: Readonly<Record<string, FileRecord>> };

function parseState(bytes: Uint8Array): DescribedState | undefined {
  try {
    const { sha256, ...state } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    return sha256 === hashOfState(state) ? (state as unknown as DescribedState) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function hashOfState(state: object): string {
  return hashOf(new TextEncoder().encode(JSON.stringify(state)));
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

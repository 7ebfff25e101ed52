import { spawn } from 'node:child_process';
import { tensorflowStatus, webgpuStatus } from '@ssl/backend/node';
import { listBackends } from '../machine/list-backends.node.ts';
import type { BenchResult, BenchSettings } from './bench-result.ts';

/**
 * Measures every backend that is here, one after another, each in a process of its own: so each has its own peak
 * of memory, and none is slowed by what another left behind. The plain-JavaScript one gets one image and one step,
 * which take it longer than all the others need.
 *
 * @param note told what is measured next, and what failed
 */
export async function benchEveryBackend(
  settings: BenchSettings,
  threads: number | undefined,
  note: (line: string) => void,
): Promise<readonly BenchResult[]> {
  const results: BenchResult[] = [];
  for (const { name, available } of listBackends(await tensorflowStatus(), await webgpuStatus())) {
    if (!available) continue;
    note(`Measuring ${name} …`);
    const own = name === 'cpu' ? { ...settings, batchSize: 1, steps: 1 } : settings;
    const { status, stdout, stderr } = await runSelf([
      'bench',
      '--json',
      '--backend',
      name,
      ...flags(own, threads),
    ]);
    if (status === 0) results.push(JSON.parse(stdout) as BenchResult);
    else note(`${name} failed: ${stderr.trim()}`);
  }
  return results;
}

function flags(settings: BenchSettings, threads: number | undefined): string[] {
  const { backbone, width, batchSize, imageSize, steps } = settings;
  const values = {
    '--backbone': backbone,
    '--width': width,
    '--batch-size': batchSize,
    '--image-size': imageSize,
    '--steps': steps,
    '--threads': threads,
  };
  return Object.entries(values).flatMap(([flag, value]) =>
    value === undefined ? [] : [flag, String(value)],
  );
}

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs this very program with other arguments. */
function runSelf(args: readonly string[]): Promise<Outcome> {
  const script = process.argv[1] ?? '';
  const child = spawn(process.execPath, [...process.execArgv, script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

import { availableParallelism, freemem, totalmem } from 'node:os';
import type { BackendInfo } from '@ssl/backend';
import { tensorflowStatus, useBackend, webgpuStatus } from '@ssl/backend/node';
import type { Command } from 'commander';
import { fasterCommand } from '../machine/faster-command.ts';
import { findGpus } from '../machine/find-gpu.node.ts';
import { listBackends, type ListedBackend } from '../machine/list-backends.node.ts';
import { commandLine } from '../terminal/command-line.ts';
import { createTerminal } from '../terminal/terminal.node.ts';

/** One thing that was looked at. */
interface Finding {
  readonly what: string;
  readonly found: string;
  /** Whether it is as it should be; what only would be nice to have is not a fault. */
  readonly ok: boolean;
  /** Not there, and nothing lost but speed. */
  readonly optional?: boolean;
}

/** `ssl doctor`: what this machine offers, what is missing, and how to get more. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('what this machine offers for training, what is missing, and how to get more')
    .option('--json', 'one JSON document on standard output')
    .action(async (options: { json?: boolean }) => {
      const terminal = createTerminal(options);
      const backend = await useBackend('auto');
      const { name, description, threads, simd, notes } = backend;
      const [status, webgpu, gpus] = await Promise.all([tensorflowStatus(), webgpuStatus(), findGpus()]);
      const faster = fasterCommand({ backend, status, gpus });
      const findings = [
        findNode(),
        findCores(),
        findMemory(),
        await findSharp(),
        ...listBackends(status, webgpu)
          .filter((listed) => listed.name === 'tensorflow' || listed.name === 'webgpu')
          .map((listed) => ({
            what: listed.name === 'tensorflow' ? 'Native' : 'WebGPU',
            ...loadedOrNot(listed, backend),
          })),
        findGpu(gpus, backend),
        { what: 'Backend', found: `${description}, taken by --backend auto`, ok: true },
      ];
      terminal.document({
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
        cores: availableParallelism(),
        memoryBytes: { total: totalmem(), free: freemem() },
        gpus,
        backend: { name, description, threads, simd, notes },
        faster: faster === undefined ? null : commandLine(faster),
        findings,
      });
      if (!terminal.json) {
        for (const row of findings) terminal.say(`${sign(row)} ${row.what.padEnd(8)}  ${row.found}`);
        if (notes.length > 0) terminal.say(`\n${notes.join('\n')}`);
        if (faster) terminal.say(`\nTo train faster: ${commandLine(faster)}`);
      }
      if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
      await backend.dispose();
    });
}

function sign({ ok, optional }: Finding): string {
  if (optional) return '–';
  return ok ? '✓' : '✗';
}

/**
 * Native TensorFlow that is there but not used did not load, which is a fault: the backend's notes say why. WebGPU
 * that is there has loaded.
 */
function loadedOrNot(
  { name, available, description }: ListedBackend,
  backend: BackendInfo,
): Omit<Finding, 'what'> {
  if (!available) return { found: description, ok: true, optional: true };
  const loads = name === 'webgpu' || backend.name === name;
  return { found: `${description}${loads ? '' : ', but it does not load: see below'}`, ok: loads };
}

function findGpu(gpus: readonly string[], backend: BackendInfo): Finding {
  if (gpus.length === 0) return { what: 'GPU', found: 'none of NVIDIA’s', ok: true, optional: true };
  const used =
    backend.name === 'webgpu' || (backend.name === 'tensorflow' && backend.description.includes('GPU'));
  return { what: 'GPU', found: `${gpus.join(', ')}${used ? '' : ', not used'}`, ok: true, optional: !used };
}

function findNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  const remedy = ok ? '' : ': too old, install 20.19 or newer from https://nodejs.org';
  return {
    what: 'Node',
    found: `${process.versions.node} on ${process.platform} ${process.arch}${remedy}`,
    ok,
  };
}

function findCores(): Finding {
  return { what: 'Cores', found: String(availableParallelism()), ok: true };
}

function findMemory(): Finding {
  const [total, free] = [totalmem(), freemem()].map((bytes) => (bytes / 2 ** 30).toFixed(1));
  const ok = totalmem() >= 2 * 2 ** 30;
  return { what: 'Memory', found: `${total} GiB, ${free} GiB free${ok ? '' : ': use small batches'}`, ok };
}

/** Loaded here only: a broken sharp must not keep this command from saying so. */
async function findSharp(): Promise<Finding> {
  try {
    const { default: sharp } = await import('sharp');
    return {
      what: 'Images',
      found: `sharp ${sharp.versions.sharp} (libvips ${sharp.versions.vips})`,
      ok: true,
    };
  } catch {
    const found =
      'sharp does not load, so image files cannot be read: reinstall with "npm install --include=optional"';
    return { what: 'Images', found, ok: false };
  }
}

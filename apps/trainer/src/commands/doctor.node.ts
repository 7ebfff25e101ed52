import { availableParallelism, freemem, totalmem } from 'node:os';
import { useBackend } from '@ssl/backend/node';
import type { Command } from 'commander';
import { createTerminal } from '../terminal/terminal.node.ts';

/** One thing that was looked at. */
interface Finding {
  readonly what: string;
  readonly found: string;
  readonly ok: boolean;
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
      const findings = [findNode(), findCores(), findMemory(), await findSharp()];
      terminal.document({
        node: process.versions.node,
        platform: `${process.platform} ${process.arch}`,
        cores: availableParallelism(),
        memoryBytes: { total: totalmem(), free: freemem() },
        backend: { name, description, threads, simd, notes },
        findings,
      });
      if (!terminal.json) {
        const rows = [
          ...findings,
          { what: 'Backend', found: `${description}, taken by --backend auto`, ok: true },
        ];
        for (const row of rows) terminal.say(`${row.ok ? '✓' : '✗'} ${row.what.padEnd(8)}  ${row.found}`);
        if (notes.length > 0) terminal.say(`\n${notes.join('\n')}`);
      }
      if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
      await backend.dispose();
    });
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

import { readFileSync } from 'node:fs';

/**
 * Why TensorFlow must not even be loaded here: its library for x86 ends the process on a processor without AVX.
 *
 * @returns one sentence, or `undefined` where the processor will do or is not known
 */
export function unsupportedProcessor(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  let description: string;
  try {
    description = readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return undefined;
  }
  return /\bavx\b/.test(description)
    ? undefined
    : 'TensorFlow needs a processor with AVX, which this one lacks';
}

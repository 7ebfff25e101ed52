import { kernelBinaries } from './kernel-binaries.generated.ts';

/** A module whose only function is `f32x4.relaxed_madd`. */
const relaxedProbe = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11],
);

/** Whether the engine multiplies and adds in one instruction (relaxed SIMD, from Node 22 and Chrome 114 on). */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(relaxedProbe);
}

/**
 * Compiles this package's kernels, the variant that suits the engine.
 *
 * @param shared for memory that threads share
 */
export function compileKernels(shared: boolean): Promise<WebAssembly.Module> {
  const { plain, plainRelaxed, shared: threaded, sharedRelaxed } = kernelBinaries;
  const text = hasRelaxedSimd() ? (shared ? sharedRelaxed : plainRelaxed) : shared ? threaded : plain;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return WebAssembly.compile(bytes);
}

/** What a thread of the pool is started with. */
export interface PoolThread {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the block in which threads find their work (assembly/threads.ts). */
  readonly control: number;
  /** Its number, from 1 on: 0 is the thread that started it. */
  readonly thread: number;
}

/** A pool to start: what all threads are given, and how many there are beside the caller. */
export type PoolOptions = Omit<PoolThread, 'thread'> & { readonly count: number };

/**
 * JavaScript that defines `serve(poolThread, tellReady)`, which works until the thread is ended.
 *
 * Text, not a file: a worker could not load TypeScript, and a bundle has no file to point to.
 */
export const poolThreadScript = `
function serve({ module, memory, control, thread }, tellReady) {
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const words = new Int32Array(memory.buffer, control, 2);
  tellReady();
  for (;;) {
    const ticket = kernels.work(control, thread);
    Atomics.add(words, 1, 1);
    Atomics.wait(words, 0, ticket);
    Atomics.sub(words, 1, 1);
  }
}
`;

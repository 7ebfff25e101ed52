import { runChunk } from './dispatch.generated';

/** Does all chunks on this thread. */
export function runAll(kernel: i32, job: usize, chunks: i32, items: i32): void {
  for (let chunk = 0; chunk < chunks; chunk++) runChunk(kernel, job, chunk, chunks, items, 0);
}

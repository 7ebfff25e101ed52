// A pool of threads that share one memory. `control` (i32 each): 0 ticket, 1 how many threads sleep, from byte 64 on
// 16 slots of 256 bytes, used in turn: 0 chunks that are done, 1 chunks, 2 kernel, 3 items, from byte 16 on the job.
//
// The ticket is the number of the operation (20 bits) and the next chunk that nobody has taken (12 bits). A chunk is
// taken by compare-and-swap on the whole ticket, so that a thread that was held up cannot take a chunk of another
// operation than the one whose slot it has read; the slot stays as it is until all its chunks are done. Sleeping is
// left to JavaScript (kernel-runner.ts, start-pool.node.ts).

import { runChunk } from './dispatch.generated';

/** About 50 µs: most operations of a training step follow each other faster. */
const SPINS_OF_A_WORKER: i32 = 40000;
const SPINS_OF_THE_CALLER: i32 = 20000;

// @ts-ignore: decorator
@inline
function slotOf(control: usize, ticket: u32): usize {
  return control + 64 + ((<usize>(ticket >> 12) & 15) << 8);
}

/** Takes a chunk of the operation of `ticket` and does it; whether there was one to take. */
function help(control: usize, ticket: u32, thread: i32): bool {
  const slot = slotOf(control, ticket);
  const chunk = ticket & 4095;
  const chunks = atomic.load<u32>(slot + 4);
  if (chunk >= chunks) return false;
  if (atomic.cmpxchg<u32>(control, ticket, ticket + 1) == ticket) {
    runChunk(load<i32>(slot + 8), slot + 16, chunk, chunks, load<i32>(slot + 12), thread);
    atomic.add<u32>(slot, 1);
  }
  return true;
}

/**
 * Does whatever there is to do, until for a while there was nothing.
 *
 * @returns the ticket that it saw last: to sleep until it changes
 */
export function work(control: usize, thread: i32): u32 {
  let idle = 0;
  while (true) {
    const ticket = atomic.load<u32>(control);
    if (help(control, ticket, thread)) idle = 0;
    else if (++idle > SPINS_OF_A_WORKER) return ticket;
  }
}

/** Publishes the operation that the caller wrote into the slot of number `operation` and does it with whoever helps. */
export function start(control: usize, operation: u32): void {
  const ticket = operation << 12;
  atomic.store<u32>(slotOf(control, ticket), 0);
  atomic.store<u32>(control, ticket);
}

/**
 * Helps with the operation until no chunk is left to take, then waits a little for those that others took.
 *
 * @returns how many chunks are not done yet
 */
export function finish(control: usize, operation: u32): u32 {
  const slot = slotOf(control, operation << 12);
  while (help(control, atomic.load<u32>(control), 0)) {}
  for (let spins = 0; spins < SPINS_OF_THE_CALLER; spins++) {
    if (atomic.load<u32>(slot) == load<u32>(slot + 4)) return 0;
  }
  return load<u32>(slot + 4) - atomic.load<u32>(slot);
}

import { formatDuration } from './format.ts';
import type { TextStream } from './text-stream.ts';

/** How far some work is. */
export interface ProgressState {
  /** What is done: `epoch 3/20`, `features of the test images`. */
  readonly label: string;
  /** Units done, and all of them. */
  readonly done: number;
  readonly total: number;
  /** Further figures, e.g. `loss 1.23`, in order of importance: a narrow terminal drops the last ones. */
  readonly figures?: readonly string[];
  /** Seconds to the end, where known. */
  readonly secondsLeft?: number | undefined;
}

/** A line that tells how far work is. */
export interface ProgressLine {
  update(state: ProgressState): void;
  /** Takes the bar off the screen; the next update draws it again. */
  clear(): void;
}

const redrawSeconds = 0.1;
const plainLineSeconds = 15;

/**
 * A bar that redraws itself ten times a second where `stream` is a terminal; elsewhere a plain line when the
 * label changes, but not more often than every other second, and every 15 seconds.
 *
 * @param now seconds, for tests
 */
export function createProgressLine(
  stream: TextStream,
  now: () => number = () => performance.now() / 1000,
): ProgressLine {
  return stream.isTTY === true ? createBar(stream, now) : createPlainLines(stream, now);
}

function createBar(stream: TextStream, now: () => number): ProgressLine {
  let drawnAt = -Infinity;
  let drawn = false;
  return {
    update(state) {
      const complete = state.done >= state.total;
      if (now() - drawnAt < redrawSeconds && !complete) return;
      drawnAt = now();
      drawn = true;
      // One column stays free: a full line would wrap, and `\r` would then return to its second half only.
      stream.write(`\r${formatBar(state, (stream.columns ?? 80) - 1)}\x1b[K`);
    },
    clear() {
      if (drawn) stream.write('\r\x1b[K');
      drawn = false;
      drawnAt = -Infinity;
    },
  };
}

function createPlainLines(stream: TextStream, now: () => number): ProgressLine {
  let label: string | undefined;
  let writtenAt = -Infinity;
  return {
    update(state) {
      const wait = state.label === label ? plainLineSeconds : 2;
      if (now() - writtenAt < wait) return;
      label = state.label;
      writtenAt = now();
      stream.write(`${texts(state).join('  ')}\n`);
    },
    clear() {
      // Lines stay.
    },
  };
}

function texts(state: ProgressState): string[] {
  const left = state.secondsLeft === undefined ? [] : [`${formatDuration(state.secondsLeft)} left`];
  return [state.label, ...left, ...(state.figures ?? [])];
}

/** A bar of at most `width` columns: `epoch 3/20 ━━━━────  12:04 left  loss 1.23`. */
export function formatBar(state: ProgressState, width: number): string {
  const kept: string[] = [];
  let used = 0;
  for (const text of texts(state)) {
    const wanted = text.length + (kept.length === 0 ? 0 : 2);
    if (used + wanted > width) break;
    kept.push(text);
    used += wanted;
  }
  if (kept.length === 0) return state.label.slice(0, Math.max(0, width));
  const room = Math.min(30, width - used - 1);
  const [label, ...rest] = kept;
  const bar = room >= 6 ? ` ${drawBar(state.done / Math.max(1, state.total), room)}` : '';
  return [`${label}${bar}`, ...rest].join('  ');
}

function drawBar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '━'.repeat(full) + '─'.repeat(width - full);
}

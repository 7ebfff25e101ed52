import { createProgressLine, type ProgressLine } from './progress-line.node.ts';
import type { TextStream } from './text-stream.ts';

/**
 * Where a command speaks. What the user asked for goes to standard output; what happens on the way goes to
 * standard error. With `--json` standard output carries one JSON document and nothing else.
 */
export interface Terminal {
  readonly json: boolean;
  /** The answer as text: standard output, or standard error with `--json`. */
  say(text: string): void;
  /** What happens on the way: standard error. */
  note(line: string): void;
  /** The answer as a JSON document on standard output; nothing without `--json`. */
  document(value: unknown): void;
  /** Shows how far long work is: a bar where standard error is a terminal, else a plain line now and then. */
  progress(): ProgressLine;
  /** Takes the bar away, where there is one. */
  endProgress(): void;
}

/** Streams for tests; `process`'s own by default. */
export interface TerminalStreams {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
}

/** A terminal on the process's own streams, or on those given. */
export function createTerminal(
  options: { readonly json?: boolean | undefined },
  streams: TerminalStreams = process,
): Terminal {
  const json = options.json ?? false;
  let bar: ProgressLine | undefined;

  // A line that comes while a bar is drawn goes above it.
  function line(stream: TextStream, text: string): void {
    bar?.clear();
    stream.write(`${text}\n`);
  }

  return {
    json,
    say: (text) => line(json ? streams.stderr : streams.stdout, text),
    note: (text) => line(streams.stderr, text),
    document: (value) => {
      if (json) line(streams.stdout, JSON.stringify(value, null, 2));
    },
    progress: () => {
      bar?.clear();
      bar = createProgressLine(streams.stderr);
      return bar;
    },
    endProgress: () => {
      bar?.clear();
      bar = undefined;
    },
  };
}

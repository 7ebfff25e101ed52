import type { InstallProgress } from '@ssl/backend/node';
import type { ProgressLine } from './progress-line.node.ts';
import type { Terminal } from './terminal.node.ts';

/** Tells how an installation goes. */
export interface InstallReporter {
  readonly update: (progress: InstallProgress) => void;
  readonly end: () => void;
}

/** A line for each step; while it downloads, a bar where standard error is a terminal. */
export function createInstallReporter(terminal: Terminal): InstallReporter {
  let bar: ProgressLine | undefined;
  const end = (): void => {
    if (bar) terminal.endProgress();
    bar = undefined;
  };
  return {
    update({ step, message, bytes }) {
      if (bytes) {
        bar ??= terminal.progress();
        const figures = [`${megabytes(bytes.done)} of ${megabytes(bytes.total)} MB`];
        bar.update({ label: 'downloading', done: bytes.done, total: bytes.total, figures });
        return;
      }
      end();
      // What is done, the command itself says.
      if (step !== 'done') terminal.note(message);
    },
    end,
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}

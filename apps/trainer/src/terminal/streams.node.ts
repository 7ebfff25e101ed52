/**
 * Lets a reader such as `head` close the pipe early: what is written afterwards is dropped, and the command
 * goes on, since a training run is worth more than its output.
 */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}

/**
 * Keeps TensorFlow.js, TensorFlow and libvips from writing between the command's own lines; `SSL_DEBUG=1` lets
 * them speak, on standard error.
 */
export function quietenLibraries(): void {
  const debug = isDebugging();
  const speak = (...parts: readonly unknown[]): void => {
    if (debug) process.stderr.write(`${parts.map(String).join(' ')}\n`);
  };
  Object.assign(console, { log: speak, info: speak, warn: speak, error: speak, debug: speak });
  if (debug) return;
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  process.removeAllListeners('warning');
}

/** Whether `SSL_DEBUG` asks for stacks and for the libraries' own messages. */
export function isDebugging(): boolean {
  return (process.env['SSL_DEBUG'] ?? '') !== '';
}

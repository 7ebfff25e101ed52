/**
 * The backend has no memory left for a tensor. The process can go on: free tensors, or use a smaller batch.
 *
 * Recognise it by `isOutOfMemoryError`, so that two installed copies of this package agree.
 */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
  /** Size of the tensor that did not fit, in bytes, where known. */
  readonly requestedBytes: number | undefined;
  /** The most that the backend can ever hold, in bytes, where known. */
  readonly limitBytes: number | undefined;

  constructor(message: string, memory: { requestedBytes?: number; limitBytes?: number } = {}) {
    super(message);
    this.requestedBytes = memory.requestedBytes;
    this.limitBytes = memory.limitBytes;
  }
}

/** Whether `error` says that a backend ran out of memory. */
export function isOutOfMemoryError(error: unknown): error is OutOfMemoryError {
  return error instanceof Error && error.name === 'OutOfMemoryError';
}

/** A stream to write text to; `isTTY` and `columns` as on `process.stderr`. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

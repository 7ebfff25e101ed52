/** What an installation is doing. */
export interface InstallProgress {
  readonly step: 'check' | 'download' | 'extract' | 'compile' | 'verify' | 'done';
  /** One line for people. */
  readonly message: string;
  /** How far a download is, where that is what is new. */
  readonly bytes?: { readonly done: number; readonly total: number };
}

/** What an installation is doing. */
export interface InstallProgress {
  readonly step: 'check' | 'download' | 'extract' | 'compile' | 'verify' | 'done';
  /** One line for people. */
  readonly message: string;
}

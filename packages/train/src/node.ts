export type { DurableFiles } from './run/durable-files.node.ts';
export {
  createRunFolder,
  openRunFolder,
  type RunFolder,
  type RunFolderOptions,
} from './run/run-folder.node.ts';

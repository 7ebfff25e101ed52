import type { BackendInfo } from '@ssl/backend';
import type { TensorflowStatus } from '@ssl/backend/node';

/** What {@link fasterCommand} decides by. */
export interface Machine {
  /** The backend that `auto` takes. */
  readonly backend: Pick<BackendInfo, 'name' | 'description'>;
  readonly status: Pick<TensorflowStatus, 'cannotInstall' | 'installed'>;
  readonly gpus: readonly string[];
}

/**
 * The one command that would make this machine train faster, without `ssl`.
 *
 * @returns `undefined` where there is none
 */
export function fasterCommand({ backend, status, gpus }: Machine): readonly string[] | undefined {
  if (status.cannotInstall !== undefined) return undefined;
  const native = backend.name === 'tensorflow';
  if (gpus.length > 0 && status.installed?.variant !== 'gpu' && !backend.description.includes('GPU')) {
    return ['backend', 'install', 'tensorflow', '--gpu'];
  }
  return native || status.installed ? undefined : ['backend', 'install', 'tensorflow'];
}

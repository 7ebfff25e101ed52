import { backendHome } from '../install/backend-home.node.ts';
import { removeInstallation } from '../install/remove-installation.node.ts';

/**
 * Takes away what `installWebgpu` put into the user's cache, finished or not.
 *
 * @param home default: `backendHome('webgpu')`
 * @returns whether there was anything
 * @throws UserError where an installation is running
 */
export async function removeWebgpu(home: string = backendHome('webgpu')): Promise<boolean> {
  return removeInstallation(home, ['installed', 'partial']);
}

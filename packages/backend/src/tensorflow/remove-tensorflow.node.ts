import { backendHome } from '../install/backend-home.node.ts';
import { removeInstallation } from '../install/remove-installation.node.ts';

/**
 * Takes away what `installTensorflow` put into the user's cache, finished or not; a package in a project is left
 * alone.
 *
 * @param home default: `backendHome('tensorflow')`
 * @returns whether there was anything
 * @throws UserError where an installation is running
 */
export async function removeTensorflow(home: string = backendHome('tensorflow')): Promise<boolean> {
  return removeInstallation(home, ['installed', 'partial-cpu', 'partial-gpu']);
}

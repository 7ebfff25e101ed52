import type { Settings } from '@ssl/train';
import { readConfigFile } from './read-config-file.node.ts';

/**
 * What `--augmentation` means: the recipe in a JSON or YAML file, or a name as it is.
 *
 * @param option for errors
 * @throws UserError for a file that cannot be read or is malformed
 */
export async function readAugmentation(text: string, option = '--augmentation'): Promise<string | Settings> {
  return /\.(json|ya?ml)$/i.test(text) ? readConfigFile(text, option) : text;
}

/**
 * `node --import @ssl/trainer/register`: lets Node run a method's TypeScript, and its test's, with the packages that
 * the command runs on.
 */
import { registerModuleHooks } from './methods/register-hooks.node.ts';

registerModuleHooks();

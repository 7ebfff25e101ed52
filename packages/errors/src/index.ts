export { nearestName, unknownNameError } from './nearest-name.ts';
export { isUserError, UserError } from './user-error.ts';

export { packPanels } from './convolution';
export { runAll } from './dispatch';
export { finish, start, work } from './threads';

export { packPanels } from './convolution';
export { runAll } from './dispatch';

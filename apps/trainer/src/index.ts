export { main } from './cli.node.ts';

export { useBackend, type UseBackendOptions } from './use-backend.node.ts';

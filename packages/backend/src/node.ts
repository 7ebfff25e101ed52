export { backendHome } from './install/backend-home.node.ts';
export type { InstallProgress } from './install/install-progress.ts';
export {
  installTensorflow,
  type InstalledTensorflow,
  type InstallTensorflowOptions,
} from './tensorflow/install-tensorflow.node.ts';
export { removeTensorflow } from './tensorflow/remove-tensorflow.node.ts';
export {
  tensorflowStatus,
  type TensorflowStatus,
  type TensorflowStatusOptions,
} from './tensorflow/tensorflow-status.node.ts';
export {
  installWebgpu,
  type InstalledWebgpu,
  type InstallWebgpuOptions,
} from './webgpu/install-webgpu.node.ts';
export { removeWebgpu } from './webgpu/remove-webgpu.node.ts';
export { webgpuStatus, type WebgpuStatus } from './webgpu/webgpu-status.node.ts';
export type { UseBackendOptions } from './create-use-backend.ts';
export { useBackend } from './use-backend.node.ts';

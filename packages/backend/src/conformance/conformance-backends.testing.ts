import { native, nativeTitle } from '../fixtures/native.testing.ts';
import { webgpu, webgpuTitle } from '../fixtures/webgpu.testing.ts';

/** The backends that must agree, whether each is on this machine, and how its tests are called. */
export const conformanceBackends = [
  { name: 'wasm', here: true, title: 'wasm' },
  { name: 'tensorflow', here: native, title: nativeTitle('tensorflow') },
  { name: 'webgpu', here: webgpu, title: webgpuTitle('webgpu') },
] as const;

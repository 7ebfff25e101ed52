import { describe, expect, it } from 'vitest';
import { fasterCommand, type Machine } from './faster-command.ts';

const manifest = {
  layout: 1,
  variant: 'cpu',
  tensorflow: '2.21.0',
  tfjsNode: '4.22.0',
  platform: 'linux',
  arch: 'x64',
} as const;
const wasm = { name: 'wasm', description: 'wasm (SIMD, 2 threads)' } as const;
const native = { name: 'tensorflow', description: 'TensorFlow 2.21.0 (CPU, 2 threads)' } as const;
const nothing = { cannotInstall: undefined, installed: undefined };
const install = ['backend', 'install', 'tensorflow'];

const cases: readonly (readonly [string, Machine, readonly string[] | undefined])[] = [
  ['wasm only', { backend: wasm, status: nothing, gpus: [] }, install],
  ['a GPU and wasm only', { backend: wasm, status: nothing, gpus: ['T4'] }, [...install, '--gpu']],
  [
    'native without GPU',
    { backend: native, status: { ...nothing, installed: manifest }, gpus: [] },
    undefined,
  ],
  ['the project’s own native package', { backend: native, status: nothing, gpus: [] }, undefined],
  [
    'a GPU that native does not use',
    { backend: native, status: { ...nothing, installed: manifest }, gpus: ['T4'] },
    [...install, '--gpu'],
  ],
  [
    'a GPU that is used',
    {
      backend: { name: 'tensorflow', description: 'TensorFlow 2.21.0 (GPU)' },
      status: { ...nothing, installed: { ...manifest, variant: 'gpu' } },
      gpus: ['T4'],
    },
    undefined,
  ],
  [
    'a machine it cannot be built on',
    { backend: wasm, status: { ...nothing, cannotInstall: 'no compiler' }, gpus: ['T4'] },
    undefined,
  ],
];

describe('fasterCommand', () => {
  it.each(cases)('%s', (_, machine, expected) => {
    expect(fasterCommand(machine)).toEqual(expected);
  });
});

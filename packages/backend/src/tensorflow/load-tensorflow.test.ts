import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadTensorflowBackend } from './load-tensorflow.node.ts';

describe('loadTensorflowBackend where it cannot be had', () => {
  let project: string;

  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'ssl-project-'));
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  function pretendPackage(name: string): string {
    const folder = join(project, 'node_modules', '@tensorflow', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: `@tensorflow/${name}`, version: '4.22.0', binary: { napi_versions: [3, 8] } }),
    );
    return folder;
  }
  const load = () => loadTensorflowBackend({ project, home: join(project, 'home') });

  it('says that it is not installed, and how to install it', async () => {
    expect(await load()).toEqual({
      unavailable: 'it is not installed ("ssl backend install tensorflow" does that)',
    });
    expect(tf.findBackendFactory('tensorflow')).toBeFalsy();
  });

  it('says that a package has no addon', async () => {
    pretendPackage('tfjs-node');
    expect(await load()).toEqual({
      unavailable: expect.stringMatching(
        /^@tensorflow\/tfjs-node is in the project, but its addon is not .*; it is not installed/,
      ) as string,
    });
  });

  it('tries all there is and says why each fails, leaving nothing registered', async () => {
    for (const name of ['tfjs-node', 'tfjs-node-gpu']) {
      const addons = join(pretendPackage(name), 'lib', 'napi-v8');
      mkdirSync(addons, { recursive: true });
      writeFileSync(join(addons, 'tfjs_binding.node'), 'not an addon');
    }
    const { unavailable } = (await load()) as { unavailable: string };
    const [gpu, cpu] = unavailable.split('; ');
    expect(gpu).toContain(join('@tensorflow', 'tfjs-node-gpu: '));
    expect(cpu).toContain(join('@tensorflow', 'tfjs-node: '));
    expect(tf.findBackendFactory('tensorflow')).toBeFalsy();
    expect(tf.getKernelsForBackend('tensorflow')).toEqual([]);
  });
});

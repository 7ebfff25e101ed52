import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installationFolder } from '../install/installation.node.ts';
import { findAdapterInNode } from './load-webgpu.node.ts';
import { webgpuLayout, webgpuModule, webgpuPackage } from './webgpu-installation.node.ts';

describe('findAdapterInNode', () => {
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ssl-home-'));
  });
  afterEach(() => {
    rmSync(home, { recursive: true, force: true });
  });

  function pretendInstalled(module: string): void {
    const folder = installationFolder(home);
    mkdirSync(join(folder, 'node_modules', 'webgpu'), { recursive: true });
    writeFileSync(join(folder, 'node_modules', 'webgpu', 'package.json'), '{ "type": "module" }');
    writeFileSync(webgpuModule(folder), module);
    const { platform, arch } = process;
    const manifest = { layout: webgpuLayout, webgpu: webgpuPackage.version, platform, arch };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  }

  const giving = (adapter: object | null): string =>
    `export const globals = {};
     export const create = () => ({ requestAdapter: async () => (${JSON.stringify(adapter)}) });`;

  it('says that the package is not installed, and how to install it', async () => {
    expect(await findAdapterInNode(home)).toBe(
      'it is not installed ("ssl backend install webgpu" does that)',
    );
  });

  it('says in one line why the package does not load', async () => {
    pretendInstalled(`throw new Error('dawn.node: file too short\\nat its line 1');`);
    expect(await findAdapterInNode(home)).toBe(
      `it is installed in ${home} but does not load: dawn.node: file too short`,
    );
  });

  it('says that there is no adapter, and what it would need', async () => {
    pretendInstalled(giving(null));
    expect(await findAdapterInNode(home)).toMatch(
      /^it finds no graphics adapter \(it needs a driver for \w+.*\)$/,
    );
  });

  it.each([
    [{ info: { vendor: 'apple', architecture: 'metal-3' } }, 'apple, metal-3', false],
    [{ info: { vendor: 'google', architecture: 'swiftshader' } }, 'google, swiftshader', true],
    [{ info: { vendor: 'mesa', description: 'llvmpipe (LLVM 19)' } }, 'mesa, llvmpipe (LLVM 19)', true],
    [{ info: { vendor: 'someone', isFallbackAdapter: true } }, 'someone', true],
  ])('tells a real adapter from software: %j', async (adapter, description, software) => {
    pretendInstalled(giving(adapter));
    expect(await findAdapterInNode(home)).toEqual({ description, software });
  });
});

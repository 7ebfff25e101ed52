import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isUserError } from '@ssl/errors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { installationFolder } from '../install/installation.node.ts';
import { installWebgpu } from './install-webgpu.node.ts';
import { removeWebgpu } from './remove-webgpu.node.ts';
import {
  readWebgpuInstallation,
  unsupportedByWebgpu,
  webgpuBinaries,
  webgpuPackage,
  webgpuPlatform,
} from './webgpu-installation.node.ts';
import { webgpuStatus } from './webgpu-status.node.ts';

const canRun = unsupportedByWebgpu() === undefined && process.platform !== 'win32';

describe.skipIf(!canRun)(
  `installWebgpu${canRun ? '' : ' (skipped: needs a shell, and a platform that has the package)'}`,
  () => {
    let root: string;
    let home: string;

    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'ssl-install-'));
      home = join(root, 'home');
      mkdirSync(join(root, 'bin'));
      vi.stubEnv('PATH', [join(root, 'bin'), '/usr/bin', '/bin'].join(delimiter));
      npm();
    });
    afterEach(() => {
      vi.unstubAllEnvs();
      rmSync(root, { recursive: true, force: true });
    });

    /** npm as its command would behave, without the network. */
    function npm({ module = 'export {};', integrity = webgpuPackage.integrity as string } = {}): void {
      writeFileSync(join(root, 'index.js'), module);
      writeFileSync(
        join(root, 'lock.json'),
        JSON.stringify({ packages: { 'node_modules/webgpu': { version: '0.6.2', integrity } } }),
      );
      program(`
        echo "$*" >> '${root}/npm.log'
        while [ "$1" != --prefix ]; do shift; done
        mkdir -p "$2/node_modules/webgpu/dist/${webgpuPlatform()}" "$2/node_modules/webgpu/dist/plan9-mips"
        echo '{ "type": "module" }' > "$2/node_modules/webgpu/package.json"
        cp '${root}/index.js' "$2/node_modules/webgpu/"
        cp '${root}/lock.json' "$2/node_modules/.package-lock.json"`);
    }
    function program(body: string): void {
      writeFileSync(join(root, 'bin', 'npm'), `#!/bin/sh\n${body}\n`);
      chmodSync(join(root, 'bin', 'npm'), 0o755);
    }
    const calls = (): string[] => readFileSync(join(root, 'npm.log'), 'utf8').trim().split('\n');

    it('installs once what this platform needs, running no scripts, and takes it away', async () => {
      const messages: string[] = [];
      const install = () => installWebgpu({ home, onProgress: ({ message }) => messages.push(message) });
      const installed = await install();
      expect(installed).toMatchObject({ webgpu: '0.6.2', folder: installationFolder(home) });
      expect(await readdir(webgpuBinaries(installed.folder))).toEqual([webgpuPlatform()]);
      expect(await readdir(home)).toEqual(['installed']);
      expect(messages[0]).toMatch(/^downloading webgpu@0\.6\.2 with npm: 51 MB, unpacked 132 MB/);
      expect(await install()).toEqual(installed);
      expect(messages.at(-1)).toBe('webgpu@0.6.2 is installed already');
      expect(calls()).toHaveLength(1);
      expect(calls()[0]).toContain('--ignore-scripts');
      expect(await removeWebgpu(home)).toBe(true);
      expect(await removeWebgpu(home)).toBe(false);
      expect(existsSync(home)).toBe(false);
    });

    it('tells what is there', async () => {
      const nothing = { home, installed: undefined, adapter: undefined, cannotInstall: undefined };
      expect(await webgpuStatus(home)).toEqual(nothing);
      npm({
        module: `export const globals = {};
          export const create = () => ({ requestAdapter: async () => ({ info: { vendor: 'someone' } }) });`,
      });
      await installWebgpu({ home });
      expect(await webgpuStatus(home)).toMatchObject({
        installed: { webgpu: '0.6.2' },
        adapter: { description: 'someone', software: false },
      });
    });

    const failing = (code: string, summary: string): void =>
      program(`echo '${JSON.stringify({ error: { code, summary } }, undefined, 2)}'; exit 1`);

    it.each([
      [
        'the network',
        () => failing('ENOTFOUND', 'request to a registry failed'),
        /^installWebgpu: npm cannot reach its registry \(ENOTFOUND\) for webgpu@0\.6\.2; check the network [^\n]*$/,
      ],
      [
        'the package',
        () => failing('E404', 'Not Found - GET a registry'),
        /^installWebgpu: npm cannot install webgpu@0\.6\.2: Not Found - GET a registry$/,
      ],
      [
        'an npm that runs',
        () => program('echo "no such interpreter" >&2; echo second >&2; exit 3'),
        /^installWebgpu: npm cannot install webgpu@0\.6\.2: \S+npm failed \(status 3\): no such interpreter \| second$/,
      ],
      [
        'the right checksum',
        () => npm({ integrity: 'sha512-other' }),
        /^installWebgpu: webgpu@0\.6\.2 from npm does not have the expected checksum sha512-\S+$/,
      ],
      [
        'a library that it needs',
        () => npm({ module: `throw new Error('dawn.node: version GLIBC_9.9 not found');` }),
        /^installWebgpu: webgpu@0\.6\.2 does not load on this machine: dawn\.node: version GLIBC_9\.9 not found$/,
      ],
    ])('says in one line that it lacks %s, and leaves nothing over', async (_, prepare, line) => {
      prepare();
      const failed = installWebgpu({ home });
      await expect(failed).rejects.toThrow(line);
      await expect(failed).rejects.toSatisfy(isUserError);
      expect(existsSync(home)).toBe(false);
    });

    it('says that there is no npm', async () => {
      const node = process.execPath;
      vi.stubEnv('PATH', join(root, 'nothing'));
      process.execPath = join(root, 'node');
      try {
        await expect(installWebgpu({ home })).rejects.toThrow(
          /^installWebgpu: npm is missing; it comes with/,
        );
        expect((await webgpuStatus(home)).cannotInstall).toBe('npm is missing');
      } finally {
        process.execPath = node;
      }
      expect(existsSync(home)).toBe(false);
    });

    it('leaves nothing over where it is stopped', async () => {
      program('exec sleep 30');
      const stop = new AbortController();
      const stopped = installWebgpu({
        home,
        signal: stop.signal,
        onProgress: () => setTimeout(() => stop.abort(), 200),
      });
      await expect(stopped).rejects.toThrow('aborted');
      expect(existsSync(home)).toBe(false);
    });

    it('leaves another running installation alone', async () => {
      mkdirSync(home);
      writeFileSync(join(home, 'lock'), `${process.pid}\n`);
      await expect(installWebgpu({ home })).rejects.toThrow(`process ${process.pid} is installing`);
      const { pid } = spawnSync(process.execPath, ['-e', '']);
      writeFileSync(join(home, 'lock'), `${pid}\n`);
      expect(await installWebgpu({ home })).toMatchObject({ webgpu: '0.6.2' });
    });

    it('does not count another release as installed, and replaces it', async () => {
      const { folder } = await installWebgpu({ home });
      const file = join(folder, 'manifest.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('0.6.2', '0.5.0'));
      expect(await readWebgpuInstallation(home)).toBeUndefined();
      await installWebgpu({ home });
      expect(calls()).toHaveLength(2);
      expect(await readWebgpuInstallation(home)).toMatchObject({ webgpu: '0.6.2' });
    });
  },
);

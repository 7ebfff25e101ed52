import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isUserError } from '@ssl/errors';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { installationFolder } from '../install/installation.node.ts';
import { unsupportedMachine } from './build-tools.node.ts';
import { installTensorflow } from './install-tensorflow.node.ts';
import { removeTensorflow } from './remove-tensorflow.node.ts';
import { tensorflowStatus } from './tensorflow-status.node.ts';
import { readInstallation } from './tensorflow-installation.node.ts';

const hasPython = spawnSync('python3', ['-c', 'import zipfile']).status === 0;
const canRun = hasPython && unsupportedMachine() === undefined;

describe('tensorflowStatus, removeTensorflow and a finished installation', () => {
  let home: string;

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ssl-home-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  function pretendInstalled(changes = {}): void {
    mkdirSync(installationFolder(home), { recursive: true });
    const manifest = {
      layout: 1,
      variant: 'cpu',
      tensorflow: '2.21.0',
      tfjsNode: '4.22.0',
      platform: process.platform,
      arch: process.arch,
      ...changes,
    };
    writeFileSync(join(installationFolder(home), 'manifest.json'), JSON.stringify(manifest));
  }

  it('tells what is there, and takes it away', async () => {
    expect(await tensorflowStatus({ home, project: home })).toMatchObject({
      installed: undefined,
      interrupted: false,
      packages: [],
    });
    pretendInstalled();
    mkdirSync(join(home, 'partial-gpu'));
    expect(await tensorflowStatus({ home, project: home })).toMatchObject({
      installed: { tensorflow: '2.21.0', variant: 'cpu' },
      interrupted: true,
      packages: [{ name: '@tensorflow/tfjs-node', own: false }],
    });
    expect(await removeTensorflow(home)).toBe(true);
    expect(await removeTensorflow(home)).toBe(false);
    expect(await readInstallation(home)).toBeUndefined();
  });

  it('has nothing to remove where there is no such folder', async () => {
    expect(await removeTensorflow(join(home, 'none'))).toBe(false);
  });

  it.each([
    ['an older layout', { layout: 0 }],
    ['another processor', { arch: 'sparc' }],
    ['another platform', { platform: 'aix' }],
    ['no version', { tensorflow: undefined }],
  ])('does not count %s as installed', async (_, changes) => {
    pretendInstalled(changes);
    expect(await readInstallation(home)).toBeUndefined();
  });

  it('does nothing where it is installed already', async () => {
    pretendInstalled();
    const steps: string[] = [];
    const installed = await installTensorflow({ home, onProgress: ({ step }) => steps.push(step) });
    expect(installed).toMatchObject({ tensorflow: '2.21.0', folder: installationFolder(home) });
    expect(steps).toEqual(['done']);
  });
});

describe.skipIf(!canRun)(
  `installTensorflow${canRun ? '' : ' (skipped: needs Linux with the GNU C library, and Python 3)'}`,
  () => {
    let root: string;
    let home: string;

    beforeEach(() => {
      root = mkdtempSync(join(tmpdir(), 'ssl-install-'));
      home = join(root, 'home');
      const bin = join(root, 'bin');
      mkdirSync(bin);
      makeWheel();
      // pip and npm as their commands would behave, without the network.
      program(
        'python3',
        `case "$*" in
          *"pip download"*)
            echo "$*" >> '${root}/pip.log'
            case "$*" in *"--python-version"*) ;; *) [ -f '${root}/old-python' ] && { echo 'ERROR: No matching distribution found' >&2; exit 1; };; esac
            [ -f '${root}/offline' ] && { echo "WARNING: Retrying after connection broken by 'NewConnectionError('<x>')': /simple/" >&2; echo 'ERROR: No matching distribution found' >&2; exit 1; }
            while [ "$1" != -d ]; do shift; done
            echo '  Downloading tensorflow_cpu-2.21.7-py3-none-any.whl (273.8 MB)'
            cp '${root}/tensorflow_cpu-2.21.7-py3-none-any.whl' "$2/";;
          *) exec '${realPython()}' "$@";;
        esac`,
      );
      program('npm', `while [ "$1" != --pack-destination ]; do shift; done; echo damaged > "$2/package.tgz"`);
      program('g++', 'exit 0');
      vi.stubEnv('PATH', `${bin}:/usr/bin:/bin`);
      vi.stubEnv('CXX', join(bin, 'g++'));
    });
    afterEach(() => {
      vi.unstubAllEnvs();
      rmSync(root, { recursive: true, force: true });
    });

    const program = (name: string, body: string): void => {
      const file = join(root, 'bin', name);
      writeFileSync(file, `#!/bin/sh\n${body}\n`);
      chmodSync(file, 0o755);
    };
    const realPython = (): string =>
      spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout.trim();
    const makeWheel = (record?: string): void => {
      const made = spawnSync('python3', ['-c', wheelProgram, root, record ?? ''], { encoding: 'utf8' });
      expect(made.stderr).toBe('');
    };
    const install = () => installTensorflow({ home, python: join(root, 'bin', 'python3') });
    const downloads = () => readFileSync(join(root, 'pip.log'), 'utf8').trim().split('\n');

    it('refuses a package with another checksum, and goes on from there the next time', async () => {
      const messages: string[] = [];
      const first = installTensorflow({
        home,
        python: join(root, 'bin', 'python3'),
        onProgress: ({ message }) => messages.push(message),
      });
      await expect(first).rejects.toThrow(
        /^installTensorflow: @tensorflow\/tfjs-node@4\.22\.0 from npm does not have the expected checksum sha512-.*; run it again to go on from there$/,
      );
      expect(messages).toContain('pip: Downloading tensorflow_cpu-2.21.7-py3-none-any.whl (273.8 MB)');
      const partial = join(home, 'partial-cpu');
      expect(readFileSync(join(partial, 'deps', 'lib', 'libtensorflow_cc.so.2'), 'utf8')).toBe('library');
      expect(existsSync(join(partial, 'deps', 'include', 'tensorflow', 'c', 'tf_status.h'))).toBe(true);
      expect(existsSync(join(partial, 'deps', 'include', 'tensorflow', 'c', 'unused.h'))).toBe(false);
      expect(existsSync(join(partial, 'wheel'))).toBe(false);
      await expect(install()).rejects.toThrow('checksum');
      expect(downloads()).toHaveLength(1);
      expect(await readInstallation(home)).toBeUndefined();
      expect(existsSync(join(home, 'lock'))).toBe(false);
    });

    it('asks for another Python’s wheel where there is none for this one', async () => {
      writeFileSync(join(root, 'old-python'), '');
      await expect(install()).rejects.toThrow('checksum');
      expect(downloads()).toHaveLength(2);
      expect(downloads()[1]).toContain('--python-version=3.12');
    });

    it('says in one line that pip reaches no index, and asks it once', async () => {
      writeFileSync(join(root, 'offline'), '');
      await expect(install()).rejects.toThrow(
        /^installTensorflow: pip cannot reach its package index \(NewConnectionError\) for tensorflow\S*; check the network [^\n|]*; run it again to go on from there$/,
      );
      expect(downloads()).toHaveLength(1);
    });

    it('refuses a wheel whose files are not those it lists', async () => {
      makeWheel('sha256=something-else');
      const failed = install();
      await expect(failed).rejects.toThrow(
        'tensorflow/libtensorflow_cc.so.2 does not have the checksum that its wheel records',
      );
      await expect(failed).rejects.not.toSatisfy(isUserError);
      expect(existsSync(join(home, 'partial-cpu', 'deps'))).toBe(false);
    });

    it('leaves another running installation alone, and takes over from one that died', async () => {
      mkdirSync(home);
      writeFileSync(join(home, 'lock'), `${process.pid}\n`);
      await expect(install()).rejects.toThrow(`process ${process.pid} is installing`);
      const { pid } = spawnSync(process.execPath, ['-e', '']);
      writeFileSync(join(home, 'lock'), `${pid}\n`);
      await expect(install()).rejects.toThrow('checksum');
    });

    it('names what is missing in one line', async () => {
      vi.stubEnv('CXX', join(root, 'no-compiler'));
      const failed = install();
      await expect(failed).rejects.toThrow(/^installTensorflow: a C\+\+ compiler missing; install with/);
      await expect(failed).rejects.toSatisfy(isUserError);
      expect(existsSync(home)).toBe(false);
    });
  },
);

const wheelProgram = `
import base64, hashlib, os, sys, zipfile
root, record = sys.argv[1:3]
files = {
    'tensorflow/libtensorflow_cc.so.2': 'library',
    'tensorflow/libtensorflow_framework.so.2': 'framework',
    'tensorflow/include/tensorflow/c/c_api.h': '#include "tensorflow/c/tf_status.h"\\n#include <stdint.h>',
    'tensorflow/include/tensorflow/c/eager/c_api.h': '',
    'tensorflow/include/tensorflow/c/tf_datatype.h': '',
    'tensorflow/include/tensorflow/c/tf_status.h': '#include "tensorflow/c/c_api.h"',
    'tensorflow/include/tensorflow/c/unused.h': '',
    'tensorflow/include/tensorflow/core/platform/ctstring_internal.h': '',
}
def digest(text):
    return 'sha256=' + base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()
info = 'tensorflow_cpu-2.21.7.dist-info/'
with zipfile.ZipFile(os.path.join(root, 'tensorflow_cpu-2.21.7-py3-none-any.whl'), 'w') as wheel:
    for name, text in files.items():
        wheel.writestr(name, text)
    wheel.writestr(info + 'METADATA', 'Name: tensorflow_cpu\\nVersion: 2.21.7\\n')
    wheel.writestr(info + 'RECORD', ''.join(f'{name},{record or digest(text)},{len(text)}\\n' for name, text in files.items()))
`;

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBuildTools } from './build-tools.node.ts';

describe.skipIf(process.platform === 'win32')('findBuildTools', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ssl-tools-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function program(name: string, body = 'exit 0'): string {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
    return file;
  }
  const find = (options = {}) => findBuildTools({ environment: { PATH: folder }, root: false, ...options });

  it('finds all that is needed', async () => {
    const python = program('python3');
    const compiler = program('g++');
    const npm = program('npm');
    expect(await find()).toEqual({ python, compiler, npm, strip: undefined });
    const strip = program('strip');
    const clang = program('clang');
    expect(await find({ environment: { PATH: folder, CXX: clang } })).toEqual({
      python,
      compiler: clang,
      npm,
      strip,
    });
  });

  it('says what is missing and which command installs it', async () => {
    program('npm');
    program('apt-get');
    expect(await find()).toBe(
      'Python 3 and pip for Python 3 and a C++ compiler missing; ' +
        'install with: sudo apt-get install -y python3 python3-pip g++',
    );
  });

  it('tells a Python without pip from no Python', async () => {
    program('npm');
    program('c++');
    program('dnf');
    program('python3', 'case "$*" in *pip*) exit 1;; esac');
    expect(await find({ root: true })).toBe(
      'pip for Python 3 missing; install with: dnf install -y python3-pip',
    );
  });

  it('names no command where it knows none', async () => {
    program('npm');
    program('python3');
    expect(await find()).toBe("a C++ compiler missing; install with your system's package manager");
  });
});

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder } from './folders.ts';
import { ssl, sslJson } from './ssl.ts';

let home: string;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  home = await scratchFolder();
  environment = { SSL_HOME: home };
});

interface Listed {
  readonly name: string;
  readonly available: boolean;
  readonly description: string;
}

describe('ssl backend', () => {
  it('lists what can compute, and the command that installs what is missing', async () => {
    const { status, stdout } = await ssl(home, ['backend'], { environment });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^tensorflow\s+no\s+not installed/m);
    expect(stdout).toMatch(/^webgpu\s+no\s+not installed/m);
    expect(stdout).toMatch(/^wasm\s+yes/m);
    const listed = await sslJson<Listed[]>(home, ['backend', 'list'], { environment });
    expect(listed.map(({ name }) => name)).toEqual(['tensorflow', 'webgpu', 'wasm', 'cpu']);
  });

  it('has nothing to remove where nothing was installed', async () => {
    const removal = { removed: false, home: join(home, 'tensorflow') };
    expect(await sslJson(home, ['backend', 'remove', 'tensorflow'], { environment })).toEqual(removal);
    const { stdout } = await ssl(home, ['backend', 'remove', 'webgpu'], { environment });
    expect(stdout).toContain(`Nothing to remove: ${join(home, 'webgpu')} holds nothing`);
  });

  it('removes an installation, and tells of one that was interrupted', async () => {
    await mkdir(join(home, 'tensorflow', 'partial-cpu'), { recursive: true });
    await writeFile(join(home, 'tensorflow', 'partial-cpu', 'file'), '');
    const { stdout } = await ssl(home, ['backend'], { environment });
    expect(stdout).toMatch(
      /tensorflow\s+no\s+(an installation was interrupted; to go on: ssl|not installed, and)/,
    );
    expect(await ssl(home, ['backend', 'remove', 'tensorflow'], { environment })).toMatchObject({
      status: 0,
    });
    expect(await readdir(home)).toEqual([]);
  });

  it.each([
    ['what comes with the package', ['install', 'wasm'], /^ssl: backend wasm: nothing to install or remove/],
    [
      'what is for TensorFlow',
      ['install', 'webgpu', '--gpu'],
      /backend webgpu: --gpu and --python are for tens/,
    ],
    [
      'a registry that does not answer',
      ['install', 'webgpu'],
      /^ssl: installWebgpu: (npm cannot reach its registry \(ECONNREFUSED\) for webgpu@\S+; check|it is for)/,
    ],
    ['an unknown name', ['install', 'tensorflo'], /unknown backend "tensorflo": did you mean "tensorflow"/],
    ['no name', ['remove'], /missing required argument 'name'/],
    [
      'a Python that is not there',
      ['install', 'tensorflow', '--python', join('nowhere', 'python')],
      /installTensorflow: .*(Python 3 and pip for Python 3.* missing; install with|it can be built on)/,
    ],
  ])('refuses %s with status 2, writing nothing', async (_, args, line) => {
    const offline = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' };
    const { status, stdout, stderr } = await ssl(home, ['backend', ...args], {
      environment: { ...environment, ...offline },
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.trim().split('\n').at(-1)).toMatch(line);
    expect(await readdir(home)).toEqual([]);
  });
});

describe('ssl doctor', () => {
  it('names the one command that would make it faster', async () => {
    const { stdout } = await ssl(home, ['doctor'], { environment });
    expect(stdout).toMatch(/^– Native {4}not installed/m);
    expect(stdout).toMatch(/^– WebGPU {4}not installed; .*: ssl backend install webgpu$/m);
    expect(stdout).toMatch(/^✓ Backend {3}\S+ \(.*taken by --backend auto$/m);
    const { faster, backend } = await sslJson<{ faster: string | null; backend: { name: string } }>(
      home,
      ['doctor'],
      { environment },
    );
    expect(faster ?? 'ssl backend install tensorflow').toContain('ssl backend install tensorflow');
    expect(backend.name).toBe('wasm');
  });
});

import { delimiter, dirname } from 'node:path';
import { findProgram } from '../install/find-program.node.ts';
import { hasGlibc } from '../install/has-glibc.node.ts';
import { runCommand } from '../install/run-command.node.ts';
import { unsupportedProcessor } from './unsupported-processor.node.ts';

/** Programs that building the addon needs. */
export interface BuildTools {
  readonly python: string;
  readonly compiler: string;
  readonly npm: string;
  /** Takes debug symbols out of libraries; `undefined` where there is none, which only costs disk space. */
  readonly strip: string | undefined;
}

type Tool = 'python' | 'pip' | 'compiler' | 'npm';

const toolNames: Readonly<Record<Tool, string>> = {
  python: 'Python 3',
  pip: 'pip for Python 3',
  compiler: 'a C++ compiler',
  npm: 'npm',
};

/** How a system installs each of them; the first whose program is found counts. */
const packageManagers: readonly {
  readonly program: string;
  readonly install: string;
  readonly packages: Readonly<Record<Tool, string>>;
}[] = [
  {
    program: 'apt-get',
    install: 'apt-get install -y',
    packages: { python: 'python3', pip: 'python3-pip', compiler: 'g++', npm: 'npm' },
  },
  {
    program: 'dnf',
    install: 'dnf install -y',
    packages: { python: 'python3', pip: 'python3-pip', compiler: 'gcc-c++', npm: 'npm' },
  },
  {
    program: 'zypper',
    install: 'zypper install -y',
    packages: { python: 'python3', pip: 'python3-pip', compiler: 'gcc-c++', npm: 'npm' },
  },
  {
    program: 'pacman',
    install: 'pacman -S --needed',
    packages: { python: 'python', pip: 'python-pip', compiler: 'gcc', npm: 'npm' },
  },
];

/** Where to look for programs; the process's own by default. */
export interface BuildToolsOptions {
  /** Python to use. Default: `python3` from the path. */
  readonly python?: string | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly root?: boolean;
}

/**
 * Finds what building the addon needs.
 *
 * @returns the programs, or one sentence that says what is missing and which command installs it
 */
export async function findBuildTools(options: BuildToolsOptions = {}): Promise<BuildTools | string> {
  const { environment = process.env, root = process.getuid?.() === 0 } = options;
  const path = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const find = (...names: readonly string[]) => findProgram(names, path);
  const python = options.python ?? find('python3');
  const compiler = environment.CXX || find('c++', 'g++', 'clang++');
  const npm = findProgram(['npm'], [...path, dirname(process.execPath)]);
  const missing: Tool[] = [];
  if (python === undefined || !(await runs(python, ['-c', 'import zipfile']))) missing.push('python', 'pip');
  else if (!(await runs(python, ['-c', 'import pip']))) missing.push('pip');
  if (compiler === undefined || !(await runs(compiler, ['--version']))) missing.push('compiler');
  if (npm === undefined) missing.push('npm');
  if (missing.length > 0 || !python || !compiler || !npm) {
    const manager = packageManagers.find(({ program }) => find(program) !== undefined);
    return describeMissing(missing, manager, root);
  }
  return { python, compiler, npm, strip: find('strip', 'llvm-strip') };
}

function describeMissing(
  missing: readonly Tool[],
  manager: (typeof packageManagers)[number] | undefined,
  root: boolean,
): string {
  const names = missing.map((tool) => toolNames[tool]).join(' and ');
  if (!manager) return `${names} missing; install with your system's package manager`;
  const packages = missing.map((tool) => manager.packages[tool]).join(' ');
  return `${names} missing; install with: ${root ? '' : 'sudo '}${manager.install} ${packages}`;
}

async function runs(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await runCommand(command, args);
    return true;
  } catch {
    return false;
  }
}

/**
 * Why the addon cannot be built on this kind of machine at all.
 *
 * @returns one sentence, or `undefined` where it can
 */
export function unsupportedMachine(): string | undefined {
  const { platform, arch } = process;
  if (platform === 'linux' && (arch === 'x64' || arch === 'arm64') && hasGlibc()) {
    return unsupportedProcessor();
  }
  const library = platform === 'linux' && !hasGlibc() ? ' without the GNU C library' : '';
  return (
    `it can be built on Linux with the GNU C library, x64 or arm64, not on ${platform} ${arch}${library}; ` +
    'where TensorFlow has a package for it, "npm install @tensorflow/tfjs-node" in the project works instead'
  );
}

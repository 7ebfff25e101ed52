import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { preview } from 'vite';

const viewer = fileURLToPath(new URL('..', import.meta.url));
const configFile = join(viewer, 'vite.config.ts');

/** The built viewer, served twice. */
export interface ViewerSite {
  /** Address of the page as `vite preview` serves it: isolated, so that threads can share memory. */
  readonly isolated: string;
  /** Address of the same page without the headers that isolate it. */
  readonly open: string;
  /** Ends both servers and removes the build. */
  readonly close: () => Promise<void>;
}

/**
 * Builds the viewer as `npm run build` does, into a folder of its own, and serves it.
 *
 * @param root folder of another page to build with the viewer's settings
 */
export async function serveViewer(root = viewer): Promise<ViewerSite> {
  const outDir = await mkdtemp(join(tmpdir(), 'ssl-viewer-'));
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin', 'vite.js');
  await promisify(execFile)(
    process.execPath,
    [vite, 'build', root, '--config', configFile, '--outDir', outDir, '--emptyOutDir', '--logLevel', 'error'],
    { cwd: viewer, env: { ...process.env, NODE_ENV: 'production' } },
  );
  const servers = await Promise.all([
    serve(outDir, {}),
    serve(outDir, {
      'Cross-Origin-Opener-Policy': 'unsafe-none',
      'Cross-Origin-Embedder-Policy': 'unsafe-none',
    }),
  ]);
  const [isolated, open] = servers.map(({ resolvedUrls }) => resolvedUrls?.local[0] ?? '');
  return {
    isolated: isolated as string,
    open: open as string,
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

function serve(outDir: string, headers: Readonly<Record<string, string>>): ReturnType<typeof preview> {
  return preview({
    configFile,
    logLevel: 'error',
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0, headers },
  });
}

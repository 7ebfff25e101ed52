import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';

// Only a page of its own, which shares memory with no other origin, may let threads share memory.
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative addresses: the built page can be put into any folder of a server.
  base: './',
  // The TypeScript of the workspace's packages, without a build of theirs.
  resolve: { conditions: ['@ssl/source', ...defaultClientConditions] },
  worker: { format: 'es' },
  // Named so that what the worker needs is prepared at the start: later, the page would reload under its reader.
  optimizeDeps: { entries: ['index.html', 'src/work/worker.ts'] },
  // tfjs's WebGPU backend, loaded where it is wanted, is large in one piece.
  build: { target: 'es2023', chunkSizeWarningLimit: 1500 },
  server: { headers: isolation },
  preview: { headers: isolation },
});

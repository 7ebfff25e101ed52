// `npm run ssl -- …` and `pnpm ssl …`: sets the workspace up, then runs the command where the user stands
// (npm changes into the package's folder; INIT_CWD is where it was called).
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

setUp();
const child = spawn(
  process.execPath,
  [join(root, 'apps', 'trainer', 'bin', 'ssl.js'), ...process.argv.slice(2)],
  { cwd: process.env.INIT_CWD ?? process.cwd(), stdio: 'inherit' },
);
// The terminal sends Ctrl-C to both; the command answers it with a checkpoint, and this waits for that.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (signal === 'SIGTERM') child.kill(signal);
  });
}
child.on('exit', (code, signal) => {
  process.exit(signal === null ? (code ?? 1) : 1);
});

// `npm run viewer`: sets the workspace up, then serves the page that checks what a browser computes, and trains in it.
import { run, setUp } from './setup.mjs';

setUp();
run('npm', ['--prefix', 'apps/viewer', 'run', 'preview']);

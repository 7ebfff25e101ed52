// `npm test`: sets the workspace up, then runs every check and test; `npm test -- PATTERN` only the tests whose
// file names match. Closes with one line `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, setUp, tool } from './setup.mjs';

setUp();
const patterns = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'ssl-test-'));
const report = join(scratch, 'vitest.json');
const failures = [];
let checksPassed = 0;

function check(name, command, args) {
  process.stdout.write(`\n— ${name}\n`);
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  });
  if (result.status === 0) checksPassed += 1;
  else failures.push(name);
  return result.status === 0;
}

if (patterns.length === 0) {
  check('types', tool('tsc'), ['--noEmit', '-p', 'tsconfig.json']);
  check('lint', tool('eslint'), ['.']);
  check('import cycles and arrows', tool('depcruise'), [
    '--config',
    '.dependency-cruiser.cjs',
    'packages',
    'apps',
  ]);
  check('format', tool('prettier'), ['--check', '--log-level=warn', '.']);
  check('scores in the README', 'node', ['bench/render-methods.mjs', '--check']);
  check('unused code and dependencies', tool('knip'), []);
  check('published packages', tool('turbo'), ['run', 'publint', '--output-logs=errors-only']);
}

process.stdout.write('\n— tests\n');
const vitest = spawnSync(
  tool('vitest'),
  ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...patterns],
  { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' },
);
let results = { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0 };
try {
  results = JSON.parse(readFileSync(report, 'utf8'));
} catch {
  process.stdout.write('The tests ended without a report.\n');
}
rmSync(scratch, { recursive: true, force: true });
// A file that fails to load counts no test: vitest's exit status still tells.
const failedTests = Math.max(results.numFailedTests, vitest.status === 0 ? 0 : 1);

const passed = checksPassed + results.numPassedTests;
const failed = failures.length + failedTests;
const skipped = results.numPendingTests + results.numTodoTests;
if (failures.length > 0) process.stdout.write(`\nFailed checks: ${failures.join(', ')}\n`);
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exitCode = failed === 0 ? 0 : 1;

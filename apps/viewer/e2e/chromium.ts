import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/** Chromium where this machine has it (`SSL_TEST_CHROMIUM`, or a usual place). */
export const chromiumPath = [
  process.env['SSL_TEST_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path !== undefined && existsSync(path));

/** Name of a group of tests that need Chromium, with the reason where they are skipped. */
export function chromiumTitle(title: string): string {
  return chromiumPath
    ? title
    : `${title} (skipped: no Chromium on this machine; name one in SSL_TEST_CHROMIUM)`;
}

/** Starts Chromium, which asks nothing of the network by itself. */
export function launchChromium(...flags: string[]): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({
    executablePath: chromiumPath as string,
    args: ['--no-sandbox', '--no-first-run', '--disable-quic', ...quiet, ...flags],
  });
}

import { readFile } from 'node:fs/promises';
import { useBackend } from '@ssl/backend/node';
import { conformanceChecks } from '@ssl/backend/testing';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainShapes } from '../src/work/train-shapes.ts';
import { chromiumPath, chromiumTitle, launchChromium } from './chromium.ts';
import { openViewer, type ViewerPage } from './viewer-page.ts';
import { serveViewer, type ViewerSite } from './viewer-site.ts';

const golden = new URL('../../../packages/backend/src/fixtures/layers.json', import.meta.url);

describe.skipIf(!chromiumPath)(chromiumTitle('the viewer in Chromium'), () => {
  let site: ViewerSite;
  let browser: Browser;
  let checkCount: number;

  beforeAll(async () => {
    site = await serveViewer();
    browser = await launchChromium();
    checkCount = conformanceChecks(await readFile(golden, 'utf8')).length;
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  async function expectAllChecks(viewer: ViewerPage): Promise<void> {
    expect(await viewer.failed()).toEqual([]);
    expect(await viewer.figure('passed')).toBe(checkCount);
    expect(await viewer.figure('error')).toBeLessThanOrEqual(1e-4);
    expect(viewer.trouble).toEqual([]);
    await viewer.close();
  }

  it.each([
    ['1', 'wasm (SIMD, 1 thread)'],
    ['2', 'wasm (SIMD, 2 threads)'],
    ['5', 'wasm (SIMD, 5 threads)'],
  ])('computes what it should on wasm, threads: %s', async (threads, description) => {
    const viewer = await openViewer(browser, site.isolated, { backend: 'wasm', threads });
    expect(await viewer.run('checks')).toEqual([description]);
    await expectAllChecks(viewer);
  });

  it('falls back to one thread on a page that is not isolated, and says what is missing', async () => {
    const viewer = await openViewer(browser, site.open, { backend: 'wasm', threads: '2' });
    expect(await viewer.run('checks')).toEqual([
      'wasm (SIMD, 1 thread)',
      'wasm computes on one thread only: threads need a cross-origin isolated page, which is served with the ' +
        'headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
    ]);
    await expectAllChecks(viewer);
  });

  it('trains to the losses of Node', async () => {
    await useBackend('wasm', { threads: 2 });
    const expected: number[] = [];
    await trainShapes({}, ({ loss }) => expected.push(loss));
    expect(expected).toHaveLength(20);
    for (const [address, threads] of [
      [site.isolated, '2'],
      [site.open, '1'],
    ] as const) {
      const viewer = await openViewer(browser, address, { backend: 'wasm', threads });
      await viewer.run('training');
      const losses = await viewer.column('loss');
      expect(losses).toHaveLength(20);
      for (const [index, loss] of losses.entries()) {
        expect(Math.abs(loss - (expected[index] ?? NaN)), `step ${index + 1}`).toBeLessThanOrEqual(1e-5);
      }
      expect(viewer.trouble).toEqual([]);
      await viewer.close();
    }
  });

  it('holds no more tensors and memory after 1,000 steps than after the first', async () => {
    const settings = { backend: 'wasm', threads: '2', steps: '1000', batchSize: '8', width: '4' };
    const viewer = await openViewer(browser, site.isolated, settings);
    await viewer.run('training');
    for (const column of ['tensors', 'memory'] as const) {
      const held = await viewer.column(column);
      expect(held).toHaveLength(1000);
      // A line of the log, every tenth step, holds something for a while.
      expect(Math.max(...held.slice(20)), column).toBe(Math.max(...held.slice(0, 20)));
      expect(held.at(-1), column).toBeGreaterThan(0);
    }
    expect(viewer.trouble).toEqual([]);
    await viewer.close();
  });

  it('stops a training, ends its threads, and starts another', async () => {
    const settings = { backend: 'wasm', threads: '2', steps: '2000', batchSize: '16', width: '4' };
    const viewer = await openViewer(browser, site.isolated, settings);
    const { page } = viewer;
    const [start, stop] = ['start', 'stop'].map((action) =>
      page.locator(`#training [data-action=${action}]`),
    );
    await start?.click();
    await page.locator('td.loss').nth(1).waitFor({ state: 'attached' });
    await stop?.click();
    expect(await page.locator('#training').getAttribute('data-state')).toBe('stopped');
    // Chromium gives a worker that does not listen two seconds.
    await expect.poll(() => page.workers().length, { timeout: 20_000 }).toBe(0);
    await page.locator('[name=steps]').fill('2');
    await viewer.run('training');
    expect(await viewer.column('loss')).toHaveLength(2);
    expect(new URL(page.url()).searchParams.get('steps')).toBe('2');
    expect(viewer.trouble).toEqual([]);
    await viewer.close();
  });

  it('says why a backend is not there, and what is wrong with a setting', async () => {
    const viewer = await openViewer(browser, site.isolated, { backend: 'webgpu', threads: '9' });
    const { page } = viewer;
    await page.locator('#checks [data-action=start]').click();
    expect(await page.locator('#checks').getAttribute('data-state')).toBe('idle');
    await page.locator('[name=threads]').fill('');
    await viewer.run('checks');
    expect(await page.locator('#checks [role=alert]').textContent()).toBe(
      'backend webgpu: this browser offers no graphics adapter; use auto or wasm',
    );
    await viewer.close();
  });

  it('follows the system’s dark mode and the button, and fits a phone', async () => {
    const options = { colorScheme: 'light', viewport: { width: 390, height: 844 } } as const;
    const viewer = await openViewer(browser, site.isolated, { filter: 'relu', steps: '3' }, options);
    const { page } = viewer;
    const ground = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await ground()).not.toBe(light);
    await page.locator('#theme').click();
    expect(await ground()).toBe(light);
    await page.reload();
    expect(await page.locator('#theme').textContent()).toBe('Theme: light');
    expect(await ground()).toBe(light);
    await viewer.run('checks');
    await viewer.run('training');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await viewer.close();
  });

  describe('with WebGPU in software', () => {
    let software: Browser;

    beforeAll(async () => {
      software = await launchChromium('--enable-unsafe-webgpu');
    });

    afterAll(async () => {
      await software?.close();
    });

    it('computes all that it should on webgpu', async () => {
      const viewer = await openViewer(software, site.isolated, { backend: 'webgpu' });
      const [description, ...notes] = await viewer.run('checks');
      expect(description).toMatch(/^webgpu \(google, swiftshader/);
      expect(notes).toEqual(['This adapter is software: it is for tests of tiny shapes only.']);
      expect(await viewer.failed()).toEqual([]);
      expect(await viewer.figure('passed')).toBeGreaterThan(150);
      expect(viewer.trouble).toEqual([]);
      await viewer.close();
    });

    it('does not take it by itself', async () => {
      const viewer = await openViewer(software, site.isolated, { threads: '2', filter: 'relu' });
      const [description, note] = await viewer.run('checks');
      expect(description).toBe('wasm (SIMD, 2 threads)');
      expect(note).toMatch(/^WebGPU is not used: its adapter is software \(google, swiftshader/);
      expect(await viewer.failed()).toEqual([]);
      await viewer.close();
    });
  });
});

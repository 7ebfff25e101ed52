import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluatedRun } from '../src/report/fixtures/report-inputs.testing.ts';
import { renderReport } from '../src/report/render-report.ts';
import { scratchFolder } from './folders.ts';

/** Chromium where this machine has it (`SSL_TEST_CHROMIUM`, or a usual place). */
const executablePath = [
  process.env['SSL_TEST_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path !== undefined && existsSync(path));

const name = executablePath
  ? 'the report in Chromium'
  : 'the report in Chromium (skipped: no Chromium on this machine; name one in SSL_TEST_CHROMIUM)';

describe.skipIf(!executablePath)(name, () => {
  let browser: Browser;
  let address: string;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath as string, args: ['--no-sandbox'] });
    const side = 8;
    const picture = sharp({ create: { width: 7 * side, height: 6 * side, channels: 3, background: 'teal' } });
    const dataUri = `data:image/png;base64,${(await picture.png().toBuffer()).toString('base64')}`;
    const atlas = { dataUri, columns: 7, tileSize: side, capacity: 42 };
    const path = join(await scratchFolder(), 'report.html');
    await writeFile(path, renderReport(evaluatedRun({ atlas })));
    address = pathToFileURL(path).href;
  });

  afterAll(() => browser.close());

  /** Opens the report; collects what the page complains about and what it asks of the network. */
  async function open(options: BrowserContextOptions): Promise<{ page: Page; trouble: string[] }> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(String(error)));
    page.on('request', (request) => {
      if (request.url() !== address && !request.url().startsWith('data:')) trouble.push(request.url());
    });
    await page.goto(address);
    return { page, trouble };
  }

  function ground(page: Page): Promise<string> {
    return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  }

  it('shows every section without errors or requests', async () => {
    const { page, trouble } = await open({ viewport: { width: 1280, height: 900 } });
    for (const id of ['classes', 'map', 'results', 'confusion', 'neighbours', 'training', 'configuration']) {
      expect(await page.locator(`section#${id} h2`).isVisible(), id).toBe(true);
    }
    expect(await page.locator('section#training svg').first().isVisible()).toBe(true);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('follows the system’s dark mode, and the button', async () => {
    const { page, trouble } = await open({ colorScheme: 'light' });
    const light = await ground(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    const dark = await ground(page);
    expect(dark).not.toBe(light);
    const button = page.locator('#theme');
    await button.click();
    expect(await ground(page)).toBe(light);
    await page.reload();
    expect(await button.textContent()).toBe('Theme: light');
    expect(await ground(page)).toBe(light);
    await button.click();
    expect(await ground(page)).toBe(dark);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('shows the image at a point of the map to pointer and keyboard, and colours by label', async () => {
    const { page, trouble } = await open({ viewport: { width: 1280, height: 900 } });
    const [canvas, card] = [page.locator('#map-canvas'), page.locator('#map-card')];
    await canvas.scrollIntoViewIfNeeded();
    expect(await card.isVisible()).toBe(false);
    const [x, y] = await page.evaluate(() => {
      const data = JSON.parse(document.getElementById('map-data')?.textContent ?? '') as {
        readonly x: readonly number[];
        readonly y: readonly number[];
        readonly steps: number;
      };
      const box = document.getElementById('map-canvas')?.getBoundingClientRect() as DOMRect;
      const size = Math.min(box.width, box.height) - 32;
      const place = (value: number | undefined, side: number): number =>
        (side - size) / 2 + ((value ?? 0) / data.steps) * size;
      return [box.left + place(data.x[5], box.width), box.top + place(data.y[5], box.height)] as const;
    });
    await page.mouse.move(x, y);
    expect(await card.isVisible()).toBe(true);
    expect(await card.locator('.tile').isVisible()).toBe(true);
    expect(await card.textContent()).toContain('image 5\nclass 1\nsquare');
    const before = await card.textContent();
    await canvas.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await card.textContent()).not.toBe(before);
    await page.keyboard.press('Escape');
    expect(await card.isVisible()).toBe(false);

    const picture = (): Promise<string | undefined> =>
      page.evaluate(() => (document.getElementById('map-canvas') as HTMLCanvasElement | null)?.toDataURL());
    const byClass = await picture();
    await page.getByRole('button', { name: 'Label' }).click();
    expect(await picture()).not.toBe(byClass);
    expect(await page.getByRole('button', { name: 'circle' }).isVisible()).toBe(true);
    expect(trouble).toEqual([]);
    await page.context().close();
  });

  it('fits a phone', async () => {
    const { page } = await open({ viewport: { width: 390, height: 844 } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await page.context().close();
  });
});

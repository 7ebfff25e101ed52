import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

/** The page, as a reader uses it. */
export interface ViewerPage {
  readonly page: Page;
  /** What the page complained about. */
  readonly trouble: readonly string[];
  /** Presses a section's button and waits until its task has ended; the backend that was taken, and its notes. */
  readonly run: (section: 'checks' | 'training') => Promise<readonly string[]>;
  /** A number under its name, whole. */
  readonly figure: (name: string) => Promise<number>;
  /** Names of the checks that failed. */
  readonly failed: () => Promise<readonly string[]>;
  /** A column of the table of steps: a number for every step. */
  readonly column: (name: 'loss' | 'tensors' | 'memory') => Promise<readonly number[]>;
  readonly close: () => Promise<void>;
}

/** Opens the page with settings such as `{ backend: 'wasm', threads: '2' }`. */
export async function openViewer(
  browser: Browser,
  address: string,
  settings: Readonly<Record<string, string>> = {},
  options: BrowserContextOptions = {},
): Promise<ViewerPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') trouble.push(message.text());
  });
  await page.goto(`${address}?${new URLSearchParams(settings).toString()}`);
  return {
    page,
    trouble,
    run: async (section) => {
      const part = page.locator(`#${section}`);
      await part.locator('[data-action=start]').click();
      await page
        .locator(`#${section}:is([data-state=done], [data-state=failed])`)
        .waitFor({ timeout: 300_000 });
      return part.locator('.status p').allTextContents();
    },
    figure: async (name) => Number((await valuesOf(page.locator(`[data-figure=${name}] data`)))[0]),
    failed: () => page.locator('tr[data-outcome=failed] th').allTextContents(),
    column: (name) => valuesOf(page.locator(`td.${name} data`)),
    close: () => context.close(),
  };
}

function valuesOf(data: Locator): Promise<number[]> {
  return data.evaluateAll((elements) =>
    elements.map((element) => Number((element as HTMLDataElement).value)),
  );
}

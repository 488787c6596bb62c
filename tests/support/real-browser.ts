import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';

const executablePath = '/usr/bin/chromium';
const args = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync'],
];

/** How a page is looked at. */
export type View = { width: number; height: number; colorScheme: 'light' | 'dark' };

/** A page that is open, and all that happened in it which should not. */
export type OpenedPage = {
  page: Page;
  /** Addresses that were asked for, this page's own included. */
  requests: string[];
  /** Errors, warnings, dialogs. */
  troubles: string[];
};

/** Opens files and addresses in a browser with an empty profile. */
export type RealBrowser = { open(fileOrAddress: string, view: View): Promise<OpenedPage> };

/** A suite in a real browser; where there is none it is skipped, and says so. */
export function describeInBrowser(name: string, body: (browser: RealBrowser) => void): void {
  describe(name, () => {
    if (!existsSync(executablePath)) {
      it('needs a browser', (context) => context.skip(`there is no ${executablePath}`));
      return;
    }
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args });
    }, 60_000);
    afterAll(() => browser?.close());
    body({ open: (file, view) => openFile(browser, file, view) });
  });
}

async function openFile(browser: Browser, file: string, { width, height, colorScheme }: View): Promise<OpenedPage> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  const requests: string[] = [];
  const troubles: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => troubles.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('dialog', async (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  await page.goto(file.startsWith('http://') ? file : `file://${file}`);
  return { page, requests, troubles };
}

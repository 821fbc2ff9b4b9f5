import type { Browser } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { openPage } from '../../support/browser.ts';
import { launchBrowser, whyNoBrowser } from '../../support/chromium.ts';
import { TOKEN } from '../../support/gateway.ts';
import { listeningForTest } from '../../support/listening.ts';
import { bundlePage } from './browser/bundle.ts';
import { allInteractions, CAMPAIGN_ID, gatewayForClients } from './stand.ts';

const PATIENTLY = { timeout: 30_000 };

// Nobody reads the warning in CI, so a missing browser is a failure there.
const whySkipped = process.env['CI'] ? null : whyNoBrowser();
if (whySkipped !== null) console.warn(`\nSKIPPED: clients are not tested in a browser. ${whySkipped}\n`);

let started: { readonly browser: Promise<Browser>; readonly script: Promise<string> } | null = null;
afterAll(async () => (await started?.browser)?.close());

/**
 * Expects that the documented component pages through all interactions of a campaign, in a page of another origin than the
 * gateway's, which `CORS_ORIGINS` allows.
 */
export async function expectPagesInBrowser(client: 'apollo' | 'urql' | 'relay'): Promise<void> {
  if (whySkipped !== null) return;
  started ??= { browser: launchBrowser(), script: bundlePage() };
  const script = await started.script;
  const site = await listeningForTest((request, response) => {
    const isScript = request.url === '/page.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
    response.end(isScript ? script : '<div id="root"></div><script src="/page.js"></script>');
  });
  const { requests } = await gatewayForClients({ env: { CORS_ORIGINS: site } });
  const parameters = new URLSearchParams({ client, token: TOKEN, campaignId: CAMPAIGN_ID });
  const { page, problems } = await openPage(await started.browser, `${site}/?${parameters}`);
  const more = page.getByRole('button', { name: 'More' });
  const rows = page.getByRole('listitem');
  for (const count of [40, 80, 100]) {
    await expect
      .poll(async () => ({ rows: await rows.count(), problems }), PATIENTLY)
      .toEqual({
        rows: count,
        problems: [],
      });
    if (count < 100) await more.click();
  }
  expect(await more.count()).toBe(0);
  const shown = await rows.allInnerTexts();
  expect(shown).toEqual(allInteractions.map((id, n) => `${id} Name of user-${n % 20}`));
  expect(requests.filter(({ method }) => method !== 'OPTIONS')).toHaveLength(3);
}

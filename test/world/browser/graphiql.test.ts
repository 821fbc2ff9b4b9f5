import { createServer } from 'node:http';
import { assertObjectType } from 'graphql';
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { exampleQueries } from '../../../src/http/graphiql.ts';
import { EXAMPLE_CAMPAIGN_ID } from '../../../src/sandbox/generate-organisation.ts';
import { type SandboxOptions, startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { schema } from '../../../src/schema.ts';
import { createGateway } from '../../../src/gateway.ts';
import { launchBrowser, openPage, whyNoBrowser } from '../../support/browser.ts';
import { NOTHING_KEPT } from '../../support/gateway.ts';
import { listeningForTest } from '../../support/listening.ts';
import { CAMPAIGN_ID, supervisorsOrganisation } from '../../support/organisation.ts';
import {
  answerOf,
  answerShown,
  complete,
  distance,
  editorOf,
  followed,
  openDocs,
  openTab,
  PATIENTLY,
  run,
  runButtonOf,
  textIn,
  typeInTab,
} from './graphiql-page.ts';

const [screen = '', campaigns = '', talking = ''] = exampleQueries(EXAMPLE_CAMPAIGN_ID);

// Nobody reads the warning in CI, so a missing browser is a failure there.
const whySkipped = process.env['CI'] ? null : whyNoBrowser();
if (whySkipped !== null) console.warn(`\nSKIPPED: GraphiQL is not tested in a browser. ${whySkipped}\n`);

describe.skipIf(whySkipped !== null)('GraphiQL in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  });

  /** GraphiQL as `npm start` serves it: over a sandbox to which the gateway logs in by itself. */
  async function openGraphiql(options: SandboxOptions = {}, bypassCSP = false) {
    const sandbox = await startSandbox(options);
    onTestFinished(() => sandbox.close());
    const config = parseConfig({
      GENESYSCLOUD_API_URL: sandbox.url,
      GENESYSCLOUD_LOGIN_URL: sandbox.url,
      GENESYSCLOUD_OAUTHCLIENT_ID: 'sandbox',
      GENESYSCLOUD_OAUTHCLIENT_SECRET: 'sandbox',
      ...NOTHING_KEPT,
    });
    const gateway = createGateway({ config, exampleCampaignId: EXAMPLE_CAMPAIGN_ID });
    onTestFinished(() => gateway.dispose());
    const address = `${await listeningForTest(gateway.listener)}/graphql`;
    const opened = await openPage(browser, address, bypassCSP);
    const { page, problems } = opened;
    await expect.poll(async () => (await textIn(editorOf(page))) || problems, PATIENTLY).toBe(screen);
    const calls = () => sandbox.requests.map(({ resource }) => resource).toSorted();
    return { ...opened, address, calls };
  }

  test('opens with the example queries, without an error and without an upstream call', async () => {
    const { page, problems, calls } = await openGraphiql();
    expect(await page.title()).toBe('Campaign interaction gateway');
    const tabs = page.getByRole('tab').getByRole('button', { name: /^\w+$/ });
    expect(await tabs.allInnerTexts()).toEqual(['CampaignScreen', 'Campaigns', 'Talking']);
    await runButtonOf(page).waitFor();
    // The documentation appears only once the schema has been read.
    await openDocs(page);
    expect(problems).toEqual([]);
    expect(calls()).toEqual([]);
  });

  test('runs each example query unchanged, and shows its data', async () => {
    const { page, problems, calls } = await openGraphiql();
    for (const example of [campaigns, talking, screen]) {
      const [, name = '', root = ''] = /query (\w+)[^]*?^ {2}(\w+)\(/m.exec(example) ?? [];
      await page.getByRole('button', { name, exact: true }).click();
      await followed(page, example);
      const answer = await run(page);
      expect(answer.errors).toBeUndefined();
      expect(answer.data[root].nodes.length).toBeGreaterThan(0);
      await expect.poll(() => textIn(answerOf(page)), PATIENTLY).toContain('"nodes": [');
      const shown = await textIn(answerOf(page));
      expect(shown).toBe(JSON.stringify(answer, null, 2).slice(0, shown.length));
    }
    expect(calls().filter((resource) => resource === 'campaignInteractions')).toHaveLength(2);
    expect(problems).toEqual([]);
  });

  test('completes a nested query while it is typed, runs it, and shows each interaction with its own agent', async () => {
    const { page, problems, calls } = await openGraphiql({ organisation: supervisorsOrganisation() });
    await openTab(page);
    await complete(page, '{ campaignInt', 'campaignInteractions');
    await complete(page, '(camp', 'campaignId');
    await complete(page, `"${CAMPAIGN_ID}", fir`, 'first');
    await complete(page, '3) { no', 'nodes');
    await complete(page, ' { id ag', 'agent');
    await complete(page, ' { id em', 'email');
    await page.keyboard.type(' } } } }');
    const fields = 'nodes { id agent { id email } }';
    await followed(page, `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 3) { ${fields} } }`);
    await run(page);
    const nodes = [0, 1, 2].map((n) => ({
      id: `interaction-00${n}`,
      agent: { id: `user-${n}`, email: `user-${n}@example.com` },
    }));
    await expect
      .poll(() => answerShown(page), PATIENTLY)
      .toEqual({ data: { campaignInteractions: { nodes } } });
    expect(calls()).toEqual(['campaignInteractions', 'login', 'users']);
    expect(problems).toEqual([]);
  });

  test('shows the description of a field that is reached from the root type', async () => {
    const { page, calls } = await openGraphiql();
    const docs = await openDocs(page);
    const follow = (name: string) => docs.getByRole('link', { name, exact: true }).click();
    await follow('Query');
    await follow('campaignInteractions');
    await expect
      .poll(() => docs.innerText(), PATIENTLY)
      .toContain(described('Query', 'campaignInteractions'));
    await follow('CampaignInteractionConnection');
    await follow('CampaignInteraction');
    await follow('disposition');
    const disposition = described('CampaignInteraction', 'disposition');
    await expect.poll(() => docs.innerText(), PATIENTLY).toContain(disposition);
    expect(calls()).toEqual([]);
  });

  test('shows where an answer is incomplete and why, beside the data that could be read', async () => {
    const permissions = ['directory:user:view'];
    const { page } = await openGraphiql({
      organisation: supervisorsOrganisation(),
      faults: [{ kind: 'missingPermissions', resource: 'users', permissions }],
    });
    const fields = 'nodes { agent { name email } }';
    await typeInTab(page, `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 1) { ${fields} } }`);
    await run(page);
    const data = { campaignInteractions: { nodes: [{ agent: { name: 'Name of user-0', email: null } }] } };
    const path = ['campaignInteractions', 'nodes', 0, 'agent', 'email'];
    const extensions = { code: 'FORBIDDEN', missingPermissions: permissions };
    await expect
      .poll(() => answerShown(page), PATIENTLY)
      .toMatchObject({ data, errors: [{ path, extensions }] });
  });

  test('marks a misspelt field before the query runs; running it anyway makes no upstream call', async () => {
    const { page, calls } = await openGraphiql();
    await typeInTab(page, '{ campaigns(first: 1) { nodes { id nmae } } }');
    const word = editorOf(page).getByText('nmae', { exact: true });
    const mark = editorOf(page).locator('.squiggly-error');
    await expect.poll(() => distance(mark, word), PATIENTLY).toBeLessThan(5);
    await word.hover();
    await page.getByText('Cannot query field "nmae" on type "Campaign". Did you mean "name"?').waitFor();
    await page.mouse.move(0, 0);
    await run(page);
    const message = expect.stringContaining('nmae');
    await expect
      .poll(() => answerShown(page), PATIENTLY)
      .toEqual({ errors: [{ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    expect(calls()).toEqual([]);
  });

  test('sends no request to another host, although all its panels are opened', async () => {
    const { page, problems, address, requests, strays } = await openGraphiql();
    await run(page);
    await openTab(page);
    await complete(page, '{ campaignInt', 'campaignInteractions');
    const docs = await openDocs(page);
    await docs.getByRole('link', { name: 'Query', exact: true }).click();
    await page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
    await page.getByRole('button', { name: 'Open settings dialog' }).click();
    await page.getByRole('dialog').waitFor();
    expect(hostsOf(requests)).toEqual([new URL(address).host]);
    expect(strays).toEqual([]);
    // Violations of the Content-Security-Policy would be among the problems.
    expect(problems).toEqual([]);
  });

  test('runs no injected script, reaches no other host, and is shown in no frame of another page', async () => {
    const { page, problems, address, requests, strays } = await openGraphiql();
    const done = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.smuggledIn = true';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="globalThis.smuggledIn = true">');
      const asked = await fetch('http://plain.example/').then(
        () => true,
        () => false,
      );
      return { smuggledIn: 'smuggledIn' in globalThis, asked };
    });
    expect(done).toEqual({ smuggledIn: false, asked: false });
    expect(hostsOf(requests)).toEqual([new URL(address).host]);
    expect(strays).toEqual([]);
    expect(problems.filter((text) => text.includes('Content Security Policy')).length).toBeGreaterThan(2);

    const frame = `<iframe src="${address}"></iframe>`;
    const around = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end(frame),
    );
    const other = await openPage(browser, await listeningForTest(around));
    await expect.poll(() => other.problems.join(), PATIENTLY).toContain('frame-ancestors');
    expect(await other.page.frameLocator('iframe').locator('.graphiql-container').count()).toBe(0);
  });

  test('is caught when it sends requests to other hosts, which its Content-Security-Policy forbids', async () => {
    const { page, requests, strays } = await openGraphiql({}, true);
    await page.evaluate(async () => {
      const socket = new WebSocket('ws://socket.example/');
      await new Promise((resolve) => socket.addEventListener('error', resolve));
      await fetch('http://plain.example/').catch(() => undefined);
      await fetch('https://secure.example/').catch(() => undefined);
    });
    const others = ['socket.example', 'plain.example', 'secure.example'];
    expect(hostsOf(requests)).toEqual(expect.arrayContaining(others));
    const refused = ['socket.example:80', 'http://plain.example/', 'secure.example:443'];
    expect(strays).toEqual(expect.arrayContaining(refused));
  });
});

/** Description of a field in the schema, on one line. */
function described(type: string, field: string): string {
  const description = assertObjectType(schema.getType(type)).getFields()[field]?.description;
  return description?.replaceAll(/\s+/g, ' ') ?? `no description of ${type}.${field}`;
}

function hostsOf(urls: readonly string[]): string[] {
  const asked = urls.filter((url) => !/^(data|blob):/.test(url));
  return [...new Set(asked.map((url) => new URL(url).host))];
}

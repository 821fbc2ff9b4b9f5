import { createServer } from 'node:http';
import { assertObjectType } from 'graphql';
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { exampleQueries } from '../../../src/http/graphiql.ts';
import { EXAMPLE_CAMPAIGN_ID } from '../../../src/sandbox/generate-organisation.ts';
import { type FullSandboxOptions, startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { schema } from '../../../src/schema.ts';
import { assembleGateway } from '../../../src/gateway.ts';
import { openPage } from '../../support/browser.ts';
import { launchBrowser, whyNoBrowser } from '../../support/chromium.ts';
import { NOTHING_KEPT } from '../../support/gateway.ts';
import { listeningForTest } from '../../support/listening.ts';
import { CAMPAIGN_ID, supervisorsOrganisation } from '../../support/organisation.ts';
import {
  answerOf,
  answerShown,
  complete,
  distance,
  editorIn,
  editorOf,
  followed,
  openDocs,
  openTab,
  PATIENTLY,
  run,
  runButtonOf,
  storedTabs,
  tabsOf,
  textIn,
  toolOf,
  typeInTab,
} from './graphiql-page.ts';

const [screen = '', campaigns = '', talking = ''] = exampleQueries(EXAMPLE_CAMPAIGN_ID);

// Nobody reads the warning in CI, so a missing browser is a failure there.
const whySkipped = process.env['CI'] ? null : whyNoBrowser();
if (whySkipped !== null) console.warn(`\nSKIPPED: GraphiQL is not tested in a browser. ${whySkipped}\n`);

interface OpenedPage {
  readonly bypassCSP?: boolean;
  /** Parameters of the address. */
  readonly link?: string;
  /** Query that the first tab has. */
  readonly shown?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const LINKED = 'query Linked($id: ID!) { user(id: $id) { name } }';

/** Parameters of a link to a query. */
function linkTo(parameters: Readonly<Record<string, string>>): string {
  return `?${new URLSearchParams(parameters)}`;
}

describe.skipIf(whySkipped !== null)('GraphiQL in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  });

  /** Sandbox to which the gateway logs in by itself, as that of `npm start`. */
  async function startedSandbox(options: FullSandboxOptions = {}) {
    const sandbox = await startSandbox(options);
    onTestFinished(() => sandbox.close());
    const login = {
      GENESYSCLOUD_API_URL: sandbox.url,
      GENESYSCLOUD_LOGIN_URL: sandbox.url,
      GENESYSCLOUD_OAUTHCLIENT_ID: 'sandbox',
      GENESYSCLOUD_OAUTHCLIENT_SECRET: 'sandbox',
    };
    return { sandbox, login };
  }

  /** Address of a gateway's GraphiQL. */
  async function served(env: Readonly<Record<string, string>>, exampleCampaignId: string | null) {
    const gateway = assembleGateway({ config: parseConfig({ ...env, ...NOTHING_KEPT }), exampleCampaignId });
    onTestFinished(() => gateway.dispose());
    return `${await listeningForTest(gateway.listener)}/graphql`;
  }

  /** GraphiQL as `npm start` serves it, but for the report of upstream calls unless `env` has it. */
  async function openGraphiql(
    options: FullSandboxOptions = {},
    { bypassCSP = false, link = '', shown = screen, env = {} }: OpenedPage = {},
  ) {
    const { sandbox, login } = await startedSandbox(options);
    const address = await served({ ...login, ...env }, EXAMPLE_CAMPAIGN_ID);
    const opened = await openPage(browser, `${address}${link}`, bypassCSP);
    const { page, problems } = opened;
    await expect.poll(async () => (await textIn(editorOf(page))) || problems, PATIENTLY).toBe(shown);
    const calls = () => sandbox.requests.map(({ resource }) => resource).toSorted();
    return { ...opened, address, calls };
  }

  test('opens with the example queries, without an error and without an upstream call', async () => {
    const { page, problems, calls } = await openGraphiql();
    expect(await page.title()).toBe('Campaign interaction gateway');
    expect(await tabsOf(page)).toEqual(['CampaignScreen', 'Campaigns', 'Talking']);
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
      // The editor breaks long lines.
      const shown = withoutBlanks(await textIn(answerOf(page)));
      expect(shown).toBe(withoutBlanks(JSON.stringify(answer)).slice(0, shown.length));
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

  test('opens a link in a tab of its own beside the examples, with its variables, and runs nothing', async () => {
    const link = linkTo({ query: LINKED, variables: '{ "id": "user-1" }', operationName: 'Linked' });
    const { page, problems, calls } = await openGraphiql(
      { organisation: supervisorsOrganisation() },
      { link, shown: LINKED },
    );
    expect(await tabsOf(page)).toEqual(['Linked', 'CampaignScreen', 'Campaigns', 'Talking']);
    // The documentation appears only once the schema has been read.
    await openDocs(page);
    expect(await textIn(answerOf(page))).toBe('');
    expect(calls()).toEqual([]);
    await run(page);
    await expect
      .poll(() => answerShown(page), PATIENTLY)
      .toEqual({ data: { user: { name: 'Name of user-1' } } });
    expect(problems).toEqual([]);
  });

  test('keeps the tabs and variables that were there when a link comes, which has none of theirs', async () => {
    const { page, address } = await openGraphiql();
    await typeInTab(page, '{ mine: __typename }');
    await toolOf(page, 'variables').click();
    await editorIn(page, 'variables').click();
    await page.keyboard.type('"mine": 1');
    await expect.poll(() => storedTabs(page), PATIENTLY).toContain('mine\\": 1');
    await page.goto(`${address}${linkTo({ query: LINKED })}`);
    await expect.poll(() => textIn(editorOf(page)), PATIENTLY).toBe(LINKED);
    const before = ['CampaignScreen', 'Campaigns', 'Talking', '<untitled>'];
    expect(await tabsOf(page)).toEqual([...before, 'Linked']);
    expect(await textIn(editorIn(page, 'variables'))).toBe('');
    // Neither loading the page again nor following the link again opens another tab.
    await page.reload();
    await expect.poll(() => textIn(editorOf(page)), PATIENTLY).toBe(LINKED);
    await page.goto(`${address}${linkTo({ query: LINKED })}`);
    await expect.poll(() => textIn(editorOf(page)), PATIENTLY).toBe(LINKED);
    expect(await tabsOf(page)).toEqual([...before, 'Linked']);
    await page.getByRole('button', { name: '<untitled>', exact: true }).click();
    await expect.poll(() => textIn(editorOf(page)), PATIENTLY).toBe('{ mine: __typename }');
  });

  test('takes no headers from a link', async () => {
    const link = linkTo({
      query: LINKED,
      headers: '{ "x-evil": "1" }',
      defaultHeaders: '{ "x-evil": "1" }',
      endpoint: 'http://elsewhere.example/',
    });
    const { page, requests, address } = await openGraphiql({}, { link, shown: LINKED });
    await openDocs(page);
    await toolOf(page, 'headers').click();
    expect(await textIn(editorIn(page, 'headers'))).toBe('');
    expect(hostsOf(requests)).toEqual([new URL(address).host]);
  });

  test('shows what a query cost at the end of its answer, by a header that is there from the start', async () => {
    const { page } = await openGraphiql(
      { organisation: supervisorsOrganisation() },
      { env: { UPSTREAM_REPORT: 'on' } },
    );
    expect(JSON.parse(await textIn(editorIn(page, 'headers')))).toEqual({ 'x-upstream-report': '1' });
    await typeInTab(page, '{ user(id: "user-1") { name } }');
    await run(page);
    await expect.poll(() => textIn(answerOf(page)), PATIENTLY).toContain('"resource": "users"');
  });

  test('opens with the campaigns in an organisation of one’s own, takes a token into its template, and stores it nowhere', async () => {
    const token = 'token-that-a-person-types';
    const { sandbox } = await startedSandbox({ organisation: supervisorsOrganisation(), tokens: [token] });
    const address = await served({ GENESYSCLOUD_API_URL: sandbox.url }, null);
    const { page, problems } = await openPage(browser, address);
    await expect.poll(async () => (await textIn(editorOf(page))) || problems, PATIENTLY).toBe(campaigns);
    expect(await tabsOf(page)).toEqual(['Campaigns', 'CampaignScreen', 'Talking']);
    const header = editorIn(page, 'headers');
    await expect.poll(() => textIn(header), PATIENTLY).toBe('{\n  "authorization": "Bearer "\n}');
    await header.getByText('"Bearer "').click();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.type(token);
    await expect.poll(() => textIn(header), PATIENTLY).toContain(`"Bearer ${token}"`);
    const answer = await run(page);
    expect(answer.data.campaigns.nodes).toHaveLength(1);
    await page.getByRole('button', { name: 'Talking', exact: true }).click();
    await expect.poll(() => storedTabs(page), PATIENTLY).toContain('"activeTabIndex":2');
    expect(
      await page.evaluate(() =>
        JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage)]),
      ),
    ).not.toContain(token);
    expect(problems).toEqual([]);
  });

  test('links to the page that says where everything is', async () => {
    const { page, address } = await openGraphiql();
    await page.getByRole('link', { name: 'Docs', exact: true }).click();
    await page.getByRole('heading', { name: 'Campaign interaction gateway' }).waitFor();
    expect(page.url()).toBe(new URL('/', address).href);
    await page.getByRole('link', { name: 'graphql', exact: true }).click();
    await expect.poll(() => textIn(editorOf(page)), PATIENTLY).toBe(screen);
    expect(await tabsOf(page)).toEqual(['CampaignScreen', 'Campaigns', 'Talking']);
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
    const { page, requests, strays } = await openGraphiql({}, { bypassCSP: true });
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

/** Description of a field in the schema, on one line and without the backticks, which GraphiQL shows as code. */
function described(type: string, field: string): string {
  const description = assertObjectType(schema.getType(type)).getFields()[field]?.description;
  return description?.replaceAll(/\s+/g, ' ').replaceAll('`', '') ?? `no description of ${type}.${field}`;
}

function hostsOf(urls: readonly string[]): string[] {
  const asked = urls.filter((url) => !/^(data|blob):/.test(url));
  return [...new Set(asked.map((url) => new URL(url).host))];
}

function withoutBlanks(text: string): string {
  return text.replaceAll(/\s/g, '');
}

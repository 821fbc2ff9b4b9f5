import type { RequestListener } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, whyNoBrowser } from '../../support/chromium.ts';
import { gatewayForTest, NOTHING_KEPT, TOKEN } from '../../support/gateway.ts';
import { listeningForTest } from '../../support/listening.ts';
import { PATIENTLY } from './graphiql-page.ts';
import { openAmongWebsites, websiteOf } from './websites.ts';

const FOREIGN = 'http://foreign.example';
const PLAIN = 'http://gateway.example';

/** Ways of a page to have its browser send a query: each is a script that is given the address and the query's text. */
const ways: Readonly<Record<string, { readonly script: string; readonly status?: number }>> = {
  image: { script: 'new Image().src = get' },
  style: { script: `add('link', { rel: 'stylesheet', href: get })` },
  importedStyle: { script: `add('style', { textContent: '@import url("' + get + '");' })` },
  background: { script: `document.body.style.backgroundImage = 'url("' + get + '")'` },
  script: { script: `add('script', { src: get })` },
  module: { script: `add('script', { type: 'module', src: get })` },
  dynamicImport: { script: 'import(get).catch(() => 0)' },
  prefetch: { script: `add('link', { rel: 'prefetch', href: get })` },
  preload: { script: `add('link', { rel: 'preload', as: 'fetch', href: get })` },
  frame: { script: `add('iframe', { src: get })` },
  object: { script: `add('object', { data: get })` },
  video: { script: `add('video', { src: get, preload: 'auto' })` },
  worker: {
    script: `new Worker(URL.createObjectURL(new Blob(['fetch(' + JSON.stringify(get) + ').catch(() => 0)'])))`,
  },
  events: { script: 'new EventSource(get)' },
  request: { script: `const sent = new XMLHttpRequest(); sent.open('GET', get); sent.send()` },
  fetching: { script: 'fetch(get).catch(() => 0)' },
  fetchingUnread: { script: `fetch(get, { mode: 'no-cors' }).catch(() => 0)` },
  fetchingWithCookies: { script: `fetch(get, { mode: 'no-cors', credentials: 'include' }).catch(() => 0)` },
  fetchingWithoutReferrer: {
    script: `fetch(get, { mode: 'no-cors', referrerPolicy: 'no-referrer' }).catch(() => 0)`,
  },
  fetchingByTheUsualAccept: {
    script: `fetch(get, { headers: { accept: 'application/graphql-response+json, application/json' } }).catch(() => 0)`,
  },
  redirected: { script: `fetch('/on?' + encodeURIComponent(get)).catch(() => 0)` },
  redirectedImage: { script: `new Image().src = '/on?' + encodeURIComponent(get)` },
  opaqueOrigin: {
    script: `add('iframe', { sandbox: 'allow-scripts', srcdoc: '<script>fetch(' + JSON.stringify(get) + ').catch(() => 0)</' + 'script>' })`,
  },
  refresh: {
    script: `add('iframe', { srcdoc: '<meta http-equiv="refresh" content="0; url=' + get.replaceAll('"', '%22') + '">' })`,
  },
  link: {
    script: `const link = add('a', { href: get, target: '_blank', textContent: 'here' }); link.click()`,
  },
  window: { script: 'open(get)' },
  formByGet: { script: `form({ method: 'GET' })` },
  form: { script: `form({ method: 'POST' })` },
  formOfText: { script: `form({ method: 'POST', enctype: 'text/plain' })` },
  formWithFiles: { script: `form({ method: 'POST', enctype: 'multipart/form-data' })`, status: 415 },
  textByFetch: { script: `fetch(url, { method: 'POST', mode: 'no-cors', body }).catch(() => 0)` },
  formByFetch: {
    script: `fetch(url, { method: 'POST', mode: 'no-cors', body: new URLSearchParams({ query }) }).catch(() => 0)`,
  },
  bytesByFetch: {
    script: `fetch(url, { method: 'POST', mode: 'no-cors', body: new TextEncoder().encode(body) }).catch(() => 0)`,
  },
  beacon: { script: 'navigator.sendBeacon(url, body)' },
  beaconOfForm: { script: 'navigator.sendBeacon(url, new URLSearchParams({ query }))' },
};

/** Functions that the scripts above use. */
const tools = (url: string, name: string) => `
  const url = ${JSON.stringify(`${url}?of=${name}`)};
  const query = 'query ${name} { user(id: "user-1") { name } }';
  const get = url + '&query=' + encodeURIComponent(query);
  const body = JSON.stringify({ query });
  const add = (tag, properties) => {
    const element = Object.assign(document.createElement(tag), properties);
    document.body.append(element);
    return element;
  };
  const form = (properties) => {
    const sent = add('form', { action: url, target: add('iframe', { name: '${name}' }).name, ...properties });
    sent.append(Object.assign(document.createElement('input'), { name: 'query', value: query }));
    sent.submit();
  };
`;

/** First status of each way in which a request has come. */
function recording(listener: RequestListener) {
  const statuses: Record<string, number> = {};
  const recorded: RequestListener = (request, response) => {
    const sent = new URL(request.url ?? '', 'http://localhost').searchParams;
    // A form by GET has its fields in the place of the address's own.
    const name = sent.get('of') ?? /query (\w+)/.exec(sent.get('query') ?? '')?.[1] ?? 'unknown';
    response.on('finish', () => (statuses[name] ??= response.statusCode));
    listener(request, response);
  };
  return { statuses, recorded };
}

// Nobody reads the warning in CI, so a missing browser is a failure there.
const whySkipped = process.env['CI'] ? null : whyNoBrowser();
if (whySkipped !== null)
  console.warn(`\nSKIPPED: foreign pages are not tested in a browser. ${whySkipped}\n`);

describe.skipIf(whySkipped !== null)('a page in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  });

  /** A gateway whose own credential pays for whoever asks. */
  async function openGateway(env: Readonly<Record<string, string>> = {}) {
    const { gateway, calls } = await gatewayForTest({
      env: {
        GENESYSCLOUD_ACCESS_TOKEN: TOKEN,
        AUTH_NONE: 'i-know',
        GRAPHIQL: 'off',
        ALLOWED_HOSTS: 'gateway.example',
        ...NOTHING_KEPT,
        ...env,
      },
    });
    const { statuses, recorded } = recording(gateway.listener);
    return { statuses, recorded, calls, address: await listeningForTest(recorded) };
  }

  const websites = (recorded: RequestListener) => ({
    'foreign.example': websiteOf({ '/': '<!doctype html><title>Foreign</title><body>' }),
    'gateway.example': recorded,
  });

  async function tryAll(page: Page, url: string) {
    for (const [name, { script }] of Object.entries(ways)) {
      await page.evaluate(`{ ${tools(url, name)} ${script} }`);
    }
  }

  const expected = Object.fromEntries(Object.entries(ways).map(([name, { status = 403 }]) => [name, status]));

  test.each([
    ['another website', FOREIGN, (address: string) => address],
    ['another website, while the gateway has no https and so is told nothing', FOREIGN, () => PLAIN],
    ['another port of the same machine', null, (address: string) => address],
  ])('of %s spends nothing by any request', async (_what, foreign, addressOf) => {
    const { statuses, recorded, calls, address } = await openGateway();
    const from = foreign ?? (await listeningForTest(websites(recorded)['foreign.example']));
    const page = await openAmongWebsites(browser, from, websites(recorded));
    await tryAll(page, `${addressOf(address)}/graphql`);
    await expect.poll(() => statuses, PATIENTLY).toEqual(expected);
    expect(calls()).toEqual({});
  });

  const GET = `/graphql?${new URLSearchParams({ query: '{ user(id: "user-1") { name } }' })}`;
  const answer = { data: { user: { name: 'Name of user-1' } } };
  /** What a page reads of the answer to a GET without headers of its own; a text when the browser keeps it back. */
  const readIn = (page: Page, address: string) =>
    page.evaluate(
      (url) =>
        fetch(url).then(
          (response) => response.json(),
          () => 'kept back',
        ),
      address,
    );

  test('of the gateway’s own origin is answered when it asks by GET', async () => {
    const { recorded, calls, address } = await openGateway();
    const page = await openAmongWebsites(browser, `${address}/health`, websites(recorded));
    expect(await readIn(page, GET)).toEqual(answer);
    expect(calls()).toEqual({ users: 1 });
  });

  test('is an answer, where the user has typed its address', async () => {
    const { recorded, calls, address } = await openGateway();
    const page = await openAmongWebsites(browser, address + GET, websites(recorded));
    expect(JSON.parse(await page.innerText('body'))).toEqual(answer);
    expect(calls()).toEqual({ users: 1 });
  });

  test.each([
    ['loopback, of which the browser says the site too', (address: string) => address],
    ['http, of which it says the origin alone', () => PLAIN],
  ])('of an origin in CORS_ORIGINS reads the answer to its GET, by %s', async (_what, addressOf) => {
    const { recorded, calls, address } = await openGateway({ CORS_ORIGINS: FOREIGN });
    const page = await openAmongWebsites(browser, FOREIGN, websites(recorded));
    expect(await readIn(page, addressOf(address) + GET)).toEqual(answer);
    expect(calls()).toEqual({ users: 1 });
  });

  test('of an origin in CORS_ORIGINS spends nothing by an image', async () => {
    const { statuses, recorded, calls, address } = await openGateway({ CORS_ORIGINS: FOREIGN });
    const page = await openAmongWebsites(browser, FOREIGN, websites(recorded));
    await page.evaluate((url) => (new Image().src = url), `${address}${GET}&of=image`);
    await expect.poll(() => statuses, PATIENTLY).toEqual({ image: 403 });
    expect(calls()).toEqual({});
  });

  test('of another website reads no answer to its GET', async () => {
    const { recorded, calls, address } = await openGateway();
    const page = await openAmongWebsites(browser, FOREIGN, websites(recorded));
    expect(await readIn(page, address + GET)).toBe('kept back');
    expect(calls()).toEqual({});
  });
});

import { createServer } from 'node:http';
import type { Browser } from 'playwright-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { assembleGateway } from '../../../src/gateway.ts';
import { startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { openPage } from '../../support/browser.ts';
import { launchBrowser, whyNoBrowser } from '../../support/chromium.ts';
import { capturedLog } from '../../support/captured-log.ts';
import { TOKEN } from '../../support/gateway.ts';
import { listeningForTest } from '../../support/listening.ts';
import { supervisorsOrganisation } from '../../support/organisation.ts';

const whySkipped = process.env['CI'] ? null : whyNoBrowser();
if (whySkipped !== null) console.warn(`\nSKIPPED: CORS is not tested in a browser. ${whySkipped}\n`);

describe.skipIf(whySkipped !== null)('a page on another port', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  });

  /** A gateway over an upstream that its settings name or, as the embedded sandbox, do not; and a page on another port. */
  async function openApp(env: Readonly<Record<string, string>> = {}, isEmbedded = true) {
    const sandbox = await startSandbox({ organisation: supervisorsOrganisation(), tokens: [TOKEN] });
    onTestFinished(() => sandbox.close());
    const { log, others } = capturedLog();
    const gateway = assembleGateway({
      config: parseConfig({ ...env, ...(!isEmbedded && { GENESYSCLOUD_API_URL: sandbox.url }) }),
      target: { apiUrl: sandbox.url, credentials: { mode: 'passThrough' } },
      log,
    });
    onTestFinished(() => gateway.dispose());
    const endpoint = `${await listeningForTest(gateway.listener)}/graphql`;
    const app = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>App</title>'),
    );
    const origin = await listeningForTest(app);
    const { page, problems } = await openPage(browser, origin);
    /** Answer that a script of the page reads; the error where it may not. */
    const ask = (headers: Readonly<Record<string, string>> = {}) =>
      page.evaluate(
        async ([url, sent]) => {
          try {
            const response = await fetch(url, {
              method: 'POST',
              headers: sent,
              body: JSON.stringify({ query: '{ user(id: "user-1") { name } }' }),
            });
            return { id: response.headers.get('x-request-id'), answer: await response.json() };
          } catch (error) {
            return String(error);
          }
        },
        [
          endpoint,
          { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}`, ...headers },
        ] as const,
      );
    const told = () => others().filter((entry) => 'origin' in entry);
    return { ask, endpoint, origin, page, problems, told };
  }

  const answered = { id: expect.any(String), answer: { data: { user: { name: 'Name of user-1' } } } };

  test('asks a gateway over the embedded sandbox, with headers that clients and tracers send', async () => {
    const { ask, problems, told } = await openApp();
    const headers = {
      accept: 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0",application/json',
      'apollographql-client-name': 'web',
      'apollographql-client-version': '1.0',
      'apollo-require-preflight': 'true',
      'graphql-preflight': '1',
      'x-apollo-operation-name': 'Users',
      'x-upstream-report': '1',
      traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
      tracestate: 'a=b',
      baggage: 'sentry-environment=test',
      'sentry-trace': '1',
    };
    expect(await ask(headers)).toEqual({
      ...answered,
      answer: { ...answered.answer, extensions: expect.anything() },
    });
    expect(problems).toEqual([]);
    expect(told()).toEqual([]);
  });

  test('may not ask a gateway over an upstream, whose log says which setting would let it', async () => {
    const { ask, endpoint, origin, problems, told } = await openApp({}, false);
    expect(await ask()).toBe('TypeError: Failed to fetch');
    expect(problems[0]).toContain(
      `Access to fetch at '${endpoint}' from origin '${origin}' has been blocked by CORS policy`,
    );
    expect(told()).toEqual([
      expect.objectContaining({ origin, hint: expect.stringContaining(`CORS_ORIGINS=${origin};`) }),
    ]);
  });

  test('asks a gateway over an upstream whose CORS_ORIGINS is what the log said', async () => {
    const { ask, page, problems } = await openApp({ CORS_ORIGINS: 'https://app.example.com' }, false);
    await ask();
    expect(problems).not.toEqual([]);
    const allowing = await openApp({ CORS_ORIGINS: new URL(page.url()).origin }, false);
    const { page: other } = allowing;
    await other.goto(page.url());
    expect(await allowing.ask()).toEqual(answered);
  });

  test('may not ask from a sandboxed frame, whose origin is null', async () => {
    const { endpoint, origin, page, told } = await openApp();
    const script = `fetch('${endpoint}', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
      .then(() => 'read', () => 'refused').then((outcome) => parent.postMessage(outcome, '*'))`;
    const outcome = await page.evaluate(async (srcdoc) => {
      const frame = document.createElement('iframe');
      frame.sandbox.value = 'allow-scripts';
      frame.srcdoc = srcdoc;
      const message = new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data)));
      document.body.append(frame);
      return message;
    }, `<script>${script}</script>`);
    expect(outcome).toBe('refused');
    expect(told().map((entry) => entry['origin'])).toEqual(['null']);
    expect(origin).not.toBe('null');
  });
});

import { request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { assembleGateway } from '../../../src/gateway.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { compileAtHit, graphqlRequest, TOKEN } from '../../support/gateway.ts';
import { listeningForTest } from '../../support/listening.ts';
import { supervisorsOrganisation } from '../../support/organisation.ts';

const USER = '{ user(id: "user-1") { name } }';

async function sandboxForTest(): Promise<Sandbox> {
  const sandbox = await startSandbox({ organisation: supervisorsOrganisation(), tokens: [TOKEN] });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** Reverse proxy that passes on what is below one of the prefixes, without it. Resolves with its address. */
function reverseProxyForTest(upstream: string, prefixes: readonly string[]): Promise<string> {
  return listeningForTest((incoming, outgoing) => {
    const path = incoming.url ?? '';
    const prefix = prefixes.find((each) => path.startsWith(`${each}/`));
    if (prefix === undefined) {
      incoming.resume();
      outgoing.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>');
      return;
    }
    const { method, headers } = incoming;
    const onward = request(new URL(upstream + path.slice(prefix.length)), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
}

async function answerOf(env: Readonly<Record<string, string>>, token: string | null) {
  const gateway = assembleGateway({ config: parseConfig(env), ...compileAtHit() });
  onTestFinished(() => gateway.dispose());
  const response = await gateway.fetch(graphqlRequest(USER, {}, token));
  return JSON.parse(await response.text());
}

describe('an API gateway in front of the upstream', () => {
  test.each(['/genesys', '/genesys/', '/genesys/api/v2', '/genesys/api/v2/', '/a/long/path/api/v2'])(
    'is called below the path of GENESYSCLOUD_API_URL, here %s',
    async (path) => {
      const sandbox = await sandboxForTest();
      const proxy = await reverseProxyForTest(sandbox.url, ['/genesys', '/a/long/path']);
      expect(await answerOf({ GENESYSCLOUD_API_URL: proxy + path }, TOKEN)).toEqual({
        data: { user: { name: 'Name of user-1' } },
      });
      expect(sandbox.requests.map(({ resource }) => resource)).toEqual(['users']);
    },
  );

  test('has a path for logins as well', async () => {
    const sandbox = await sandboxForTest();
    const proxy = await reverseProxyForTest(sandbox.url, ['/genesys', '/login']);
    const env = {
      GENESYSCLOUD_API_URL: `${proxy}/genesys/api/v2`,
      GENESYSCLOUD_LOGIN_URL: `${proxy}/login`,
      GENESYSCLOUD_OAUTHCLIENT_ID: 'sandbox',
      GENESYSCLOUD_OAUTHCLIENT_SECRET: 'sandbox',
    };
    expect(await answerOf(env, null)).toEqual({ data: { user: { name: 'Name of user-1' } } });
    expect(sandbox.requests.map(({ resource }) => resource)).toEqual(['login', 'users']);
  });
});

test('the upstream itself is called below a base URL that ends in /api/v2', async () => {
  const sandbox = await sandboxForTest();
  const answer = await answerOf({ GENESYSCLOUD_API_URL: `${sandbox.url}/api/v2` }, TOKEN);
  expect(answer).toEqual({ data: { user: { name: 'Name of user-1' } } });
});

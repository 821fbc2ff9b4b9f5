import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { gatewayForTest, graphqlRequest, TOKEN } from '../support/gateway.ts';

const ENDPOINT = '/api/v1/graphql';
const ADDRESS = `http://localhost${ENDPOINT}`;
const BROWSER = { accept: 'text/html' };

describe('a gateway with an endpoint of its own', () => {
  test('answers there, and nowhere else', async () => {
    const { gateway } = await gatewayForTest({ endpoint: ENDPOINT });
    const answered = await gateway.fetch(new Request(ADDRESS, graphqlRequest('{ __typename }')));
    expect(await answered.json()).toEqual({ data: { __typename: 'Query' } });
    const elsewhere = await gateway.fetch(graphqlRequest('{ __typename }'));
    expect(elsewhere.status).toBe(404);
    expect(await elsewhere.text()).toContain(`GraphQL is at ${ENDPOINT}.`);
  });

  test('serves GraphiQL and all its files there, and leaves out the link to a page of the app', async () => {
    const { gateway } = await gatewayForTest({ endpoint: ENDPOINT });
    const page = await gateway.fetch(new Request(ADDRESS, { headers: BROWSER }));
    const html = await page.text();
    const link = 'title=\\"Paths of the gateway';
    expect(html).not.toContain(link);
    const { gateway: usual } = await gatewayForTest();
    const usualPage = await usual.fetch(new Request('http://localhost/graphql', { headers: BROWSER }));
    expect(await usualPage.text()).toContain(link);
    const files = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(
      ([, file = '']) => new URL(file, ADDRESS),
    );
    expect(files).toHaveLength(3);
    for (const file of files) {
      expect(file.pathname).toContain(`${ENDPOINT}/assets/`);
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      expect((await gateway.fetch(new Request(file))).status).toBe(200);
    }
    const withSlash = await gateway.fetch(new Request(`${ADDRESS}/`, { headers: BROWSER }));
    expect(new URL(withSlash.headers.get('location') ?? '', `${ADDRESS}/`).href).toBe(ADDRESS);
  });

  test('links it on the landing page, and answers preflights for it', async () => {
    const { gateway } = await gatewayForTest({
      endpoint: ENDPOINT,
      env: { CORS_ORIGINS: 'https://app.example' },
    });
    const landing = await gateway.fetch(new Request('http://localhost/'));
    expect(await landing.text()).toContain(`\n${ENDPOINT}: `);
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' };
    const preflight = await gateway.fetch(new Request(ADDRESS, { method: 'OPTIONS', headers }));
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example');
  });
});

describe('a connection of another protocol', () => {
  test.each(['websocket', 'h2c'])('is refused with 501 and closed: %s', async (protocol) => {
    const { gateway } = await gatewayForTest();
    const server = createServer(gateway.listener).on('upgrade', gateway.upgrade).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `GET /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`,
    );
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 501 Not Implemented\r\n/);
    expect(head).toMatch(new RegExp(`\\r\\nContent-Length: ${Buffer.byteLength(body)}\\r\\n`));
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });
});

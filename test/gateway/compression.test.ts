import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AssembledGateway } from '../../src/gateway.ts';
import { gatewayForTest, graphqlRequest, TOKEN } from '../support/gateway.ts';
import { listeningForTest } from '../support/listening.ts';
import { CAMPAIGN_ID } from '../support/organisation.ts';

/** Query whose long alias makes an answer of over 16 kB. */
const LARGE = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 100) { nodes { id agent { id name email } ${'a'.repeat(100)}: id } } }`;
const SMALL = '{ user(id: "user-1") { name } }';
const decoded: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
};

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Answer of a listening gateway, with its body not decoded. */
async function answerOf(query: string, acceptEncoding: string | null): Promise<Answer> {
  const { gateway } = await gatewayForTest();
  const url = `${await listeningForTest(gateway.listener)}/graphql`;
  const headers = {
    authorization: `Bearer ${TOKEN}`,
    'content-type': 'application/json',
    ...(acceptEncoding !== null && { 'accept-encoding': acceptEncoding }),
  };
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers });
    sent.on('error', reject).on('response', resolve).end(JSON.stringify({ query }));
  });
  const response = await answered;
  return { headers: response.headers, body: await buffer(response) };
}

describe('a large answer is sent in the coding that the client accepts:', () => {
  test.each([
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['GZip', 'gzip'],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip;q=1, br;q=0.5', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['*', 'br'],
    ['gzip ; q=0.001', 'gzip'],
    ['identity, gzip;q=0.5', 'gzip'],
    ['', null],
    ['identity', null],
    ['deflate, zstd, x-brotli', null],
    ['br;q=0, gzip;q=0.0', null],
    ['*;q=0', null],
    ['gzip;q=much', null],
    [null, null],
  ])('Accept-Encoding %s gets %s', async (acceptEncoding, coding) => {
    const plain = await answerOf(LARGE, null);
    expect(plain.body.length).toBeGreaterThan(16 * 1024);
    const { headers, body } = await answerOf(LARGE, acceptEncoding);
    expect(headers['content-encoding']).toBe(coding ?? undefined);
    expect(headers['vary']).toBe('Accept-Encoding');
    expect(headers['cache-control']).toBe('private, no-store');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['content-length']).toBe(String(body.length));
    const read = coding === null ? body : (decoded[coding]?.(body) ?? Buffer.alloc(0));
    expect(read.toString()).toBe(plain.body.toString());
    expect(body.length < plain.body.length / 4).toBe(coding !== null);
  });
});

test('a small answer is not compressed', async () => {
  const { headers, body } = await answerOf(SMALL, 'gzip, br');
  expect(headers).not.toHaveProperty('content-encoding');
  expect(headers).not.toHaveProperty('vary');
  expect(JSON.parse(body.toString())).toEqual({ data: { user: { name: 'Name of user-1' } } });
});

test('a large answer is compressed without a listening port too, and keeps its other Vary value', async () => {
  const { gateway } = await gatewayForTest({ env: { CORS_ORIGINS: 'https://app.example.com' } });
  const sent = graphqlRequest(LARGE);
  sent.headers.set('accept-encoding', 'br');
  const response = await gateway.fetch(sent);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-encoding')).toBe('br');
  expect(response.headers.get('vary')).toBe('Origin, Accept-Encoding');
  const body = brotliDecompressSync(Buffer.from(await response.arrayBuffer()));
  expect(JSON.parse(body.toString()).data.campaignInteractions.nodes).toHaveLength(100);
});

test('GraphiQL is compressed for browsers', async () => {
  const { gateway } = await gatewayForTest();
  const headers = { accept: 'text/html', 'accept-encoding': 'gzip, deflate, br' };
  const response = await gateway.fetch(new Request('http://localhost/graphql', { headers }));
  expect(response.headers.get('content-encoding')).toBe('br');
  expect(response.headers.get('content-security-policy')).toContain("script-src 'self' 'sha256-");
  const body = brotliDecompressSync(Buffer.from(await response.arrayBuffer()));
  expect(body.toString().trimEnd()).toMatch(/<\/html>$/);
});

describe.each([
  ['no coding', null],
  ['Brotli', 'br'],
  ['gzip', 'gzip'],
])('GraphiQL’s script with %s', (_how, coding) => {
  const pathIn = async (gateway: AssembledGateway) => {
    const page = await gateway.fetch(
      new Request('http://localhost/graphql', { headers: { accept: 'text/html' } }),
    );
    const [path = ''] = /(?<=src=")[^"]+/.exec(await page.text()) ?? [];
    return `/${path}`;
  };
  const script = async (gateway: AssembledGateway) => {
    const headers = coding === null ? {} : { 'accept-encoding': coding };
    return gateway.fetch(new Request(`http://localhost${await pathIn(gateway)}`, { headers }));
  };

  test('has the same body for all clients, and the header Vary: Accept-Encoding', async () => {
    const { gateway } = await gatewayForTest();
    const [one, other] = await Promise.all([script(gateway), script(gateway)]);
    expect(one.headers.get('content-encoding')).toBe(coding);
    expect(one.headers.get('vary')).toBe('Accept-Encoding');
    const [body, another] = [Buffer.from(await one.arrayBuffer()), Buffer.from(await other.arrayBuffer())];
    expect(another.equals(body)).toBe(true);
    const text = (decoded[coding ?? ''] ?? ((plain: Buffer) => plain))(body).toString();
    expect(text).toContain('renderYogaGraphiQL');
  });

  test('takes no memory for each client that requests it and reads nothing', async () => {
    const { gateway } = await gatewayForTest();
    const { byteLength } = await (await script(gateway)).arrayBuffer();
    const answers: ServerResponse[] = [];
    const url = await listeningForTest((incoming, answer) => {
      answers.push(answer);
      gateway.listener(incoming, answer);
    });
    const lines = [
      `GET ${await pathIn(gateway)} HTTP/1.1`,
      'Host: localhost',
      ...(coding === null ? [] : [`Accept-Encoding: ${coding}`]),
    ];
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    onTestFinished(() => {
      socket.destroy();
    });
    const before = process.memoryUsage().arrayBuffers;
    socket.write(`${lines.join('\r\n')}\r\n\r\n`.repeat(1000));
    await expect.poll(() => answers.filter(({ headersSent }) => headersSent).length).toBe(1000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10 * byteLength);
  });
});

test('an event stream is not compressed', async () => {
  const { gateway } = await gatewayForTest();
  const sent = graphqlRequest(LARGE);
  sent.headers.set('accept', 'text/event-stream');
  sent.headers.set('accept-encoding', 'br');
  const response = await gateway.fetch(sent);
  expect(response.headers.get('content-encoding')).toBe('none');
  expect(await response.text()).toContain('event: next');
});

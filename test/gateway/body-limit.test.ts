import { Agent, type IncomingMessage, request, type RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { createYoga, createSchema } from 'graphql-yoga';
import { expect, onTestFinished, test } from 'vitest';
import { useBodyLimit } from '../../src/plugins/use-body-limit.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { listeningForTest } from '../support/listening.ts';

const QUERY = JSON.stringify({ query: '{ __typename }' });
/** `QUERY`, padded beyond the limit of these tests. */
const LARGE = QUERY.padEnd(2_000);
const JSON_CONTENT = { 'content-type': 'application/json' };

function limitedYoga() {
  return createYoga({
    schema: createSchema({ typeDefs: 'type Query { a: Int }' }),
    plugins: [useBodyLimit({ maxBytes: 1_000 })],
    maxRequestBodySize: false,
    logging: false,
  });
}

function listenerOf(yoga: ReturnType<typeof limitedYoga>): RequestListener {
  return (incoming, response) => void yoga(incoming, response);
}

/** Expected error; `has` matches the number of bytes in its message. */
function tooLarge(has: RegExp, asked: unknown) {
  const message = expect.stringMatching(
    new RegExp(
      `^The request's body has ${has.source} bytes; at most 1000 are allowed \\(MAX_BODY_BYTES\\)\\.$`,
    ),
  );
  return {
    message,
    extensions: { code: 'REQUEST_ENTITY_TOO_LARGE', limit: 'bodyBytes', asked, allowed: 1000 },
  };
}

/** Sends a body in pieces of `size` characters, without a Content-Length header. */
async function postInPieces(url: string, body: string, size: number) {
  const sent = request(url, { method: 'POST', headers: JSON_CONTENT });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.on('error', reject).on('response', resolve);
  });
  for (let at = 0; at < body.length; at += size) sent.write(body.slice(at, at + size));
  sent.end();
  const response = await answered;
  return { status: response.statusCode, answer: JSON.parse(await text(response)) };
}

test('a body whose Content-Length exceeds the limit is rejected with 413', async () => {
  const url = `${await listeningForTest(listenerOf(limitedYoga()))}/graphql`;
  const response = await fetch(url, { method: 'POST', headers: JSON_CONTENT, body: LARGE });
  expect(response.status).toBe(413);
  expect(JSON.parse(await response.text()).errors).toEqual([tooLarge(/2000/, 2000)]);
});

test.each([1, 100, 2_000])(
  'a body without a Content-Length is rejected with 413 by its counted bytes: in pieces of %i',
  async (size) => {
    const url = `${await listeningForTest(listenerOf(limitedYoga()))}/graphql`;
    const small = await postInPieces(url, QUERY, size);
    expect(small.answer).toEqual({ data: { __typename: 'Query' } });
    const large = await postInPieces(url, LARGE, size);
    expect(large.status).toBe(413);
    expect(large.answer.errors).toEqual([tooLarge(/at least \d{4}/, expect.any(Number))]);
  },
);

test('a Content-Length is trusted only from a server of node:http: a body from elsewhere is counted', async () => {
  const yoga = limitedYoga();
  const headers = { ...JSON_CONTENT, 'content-length': String(QUERY.length) };
  const small = await yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body: QUERY });
  expect(await small.json()).toEqual({ data: { __typename: 'Query' } });
  const large = await yoga.fetch('http://localhost/graphql', { method: 'POST', headers, body: LARGE });
  expect(large.status).toBe(413);
});

test.each(['-1', '1,1', '0x10', 'many'])('a Content-Length of %s is rejected with 400', async (length) => {
  const headers = { ...JSON_CONTENT, 'content-length': length };
  const response = await limitedYoga().fetch('http://localhost/graphql', {
    method: 'POST',
    headers,
    body: QUERY,
  });
  expect(response.status).toBe(400);
});

test('a connection serves the next request after a body that is too large', async () => {
  const url = await listeningForTest(listenerOf(limitedYoga()));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const statusOf = async (body: string) => {
    const sent = request(`${url}/graphql`, { method: 'POST', headers: JSON_CONTENT, agent });
    for (let at = 0; at < body.length; at += 10_000) sent.write(body.slice(at, at + 10_000));
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.on('response', resolve).on('error', reject).end();
    });
    const { localPort } = response.socket;
    await text(response);
    return [response.statusCode, localPort];
  };
  const [, port] = await statusOf(QUERY);
  expect(await statusOf(QUERY.padEnd(300_000))).toEqual([413, port]);
  expect(await statusOf(QUERY)).toEqual([200, port]);
});

test('the gateway limits bodies to 100,000 bytes by default', async () => {
  const { gateway } = await gatewayForTest();
  const url = `${await listeningForTest(gateway.listener)}/graphql`;
  const body = QUERY.padEnd(100_001);
  const response = await fetch(url, { method: 'POST', headers: JSON_CONTENT, body });
  expect(response.status).toBe(413);
  const allowed = await fetch(url, { method: 'POST', headers: JSON_CONTENT, body: QUERY.padEnd(100_000) });
  expect(allowed.status).toBe(200);
  const inPieces = await postInPieces(url, body, 50_000);
  expect(inPieces.status).toBe(413);
});

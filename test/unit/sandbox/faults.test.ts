import { describe, expect, test } from 'vitest';

import type { Fault } from '../../../src/sandbox/fault.ts';
import { generateOrganisation } from '../../../src/sandbox/generate-organisation.ts';
import { parseFaults } from '../../../src/sandbox/parse-faults.ts';
import { ask, entitiesOf, idsOf, logIn, post, type Reply, sandboxForTest, TOKEN } from './helpers.ts';

const organisation = generateOrganisation(1);
const QUEUES = '/api/v2/routing/queues';
const PROGRESS = '/api/v2/outbound/campaigns/progress';

async function askUnder(...faults: readonly Fault[]) {
  return ask(await sandboxForTest({ organisation, faults }), QUEUES);
}

describe('a fault of kind', () => {
  test("status answers with the vendor's error body", async () => {
    const reply = await askUnder({ kind: 'status', status: 503, headers: { 'x-proxy': 'yes' } });
    expect(reply).toMatchObject({ status: 503, body: { status: 503, code: 'service.unavailable' } });
    expect(reply.headers.get('x-proxy')).toBe('yes');
    expect(reply.headers.get('inin-ratelimit-count')).toBe('1');
  });

  test('status can answer with another body, without a body, and with HTML', async () => {
    expect(await askUnder({ kind: 'status', status: 200, body: { entities: null } })).toMatchObject({
      status: 200,
      body: { entities: null },
    });
    expect(await askUnder({ kind: 'status', status: 502, body: '' })).toMatchObject({
      status: 502,
      text: '',
    });
    expect(await askUnder({ kind: 'status', status: 204 })).toMatchObject({ status: 204, text: '' });
    const html = await askUnder({ kind: 'status', status: 504, html: true });
    expect(html.status).toBe(504);
    expect(html.headers.get('content-type')).toBe('text/html');
  });

  test("status can leave out the vendor's headers, as somebody else's answer has none of them", async () => {
    const own = await askUnder({ kind: 'status', status: 404 });
    const foreign = await askUnder({ kind: 'status', status: 404, body: { message: 'no' }, foreign: true });
    const ofVendor = ({ headers }: Reply) => [...headers.keys()].filter((name) => name.startsWith('inin-'));
    expect(ofVendor(own)).toHaveLength(4);
    expect(ofVendor(foreign)).toEqual([]);
    expect(foreign).toMatchObject({ status: 404, text: '{"message":"no"}' });
  });

  test('cut gives fewer rows than asked for, in pages that follow one another; the strictest cut applies', async () => {
    const sandbox = await sandboxForTest({
      organisation,
      faults: [
        { kind: 'cut', maxRows: 6 },
        { kind: 'cut', maxRows: 3, toldBy: 'pageCount' },
        { kind: 'cut', maxRows: 4 },
      ],
    });
    const pages = await Promise.all(
      [1, 2, 3].map((number) => ask(sandbox, `${QUEUES}?pageSize=500&pageNumber=${number}`)),
    );
    expect(pages.flatMap((page) => idsOf(entitiesOf(page)))).toHaveLength(organisation.queues.length);
    expect(pages[0]?.body).toEqual({ entities: expect.any(Array), pageNumber: 1, pageCount: 3 });
    expect(idsOf((await post(sandbox, PROGRESS, idsOf(organisation.campaigns))).body)).toHaveLength(12);
  });

  test('status can set the code of the error body, and a date as Retry-After', async () => {
    const date = 'Wed, 21 Oct 2037 07:28:00 GMT';
    const code = 'too.many.requests';
    const reply = await askUnder({ kind: 'status', status: 429, code, headers: { 'Retry-After': date } });
    expect(reply).toMatchObject({ status: 429, body: { status: 429, code } });
    expect(reply.headers.get('retry-after')).toBe(date);
  });

  test('rateLimited answers with 429, with and without Retry-After', async () => {
    const told = await askUnder({ kind: 'rateLimited', retryAfterSeconds: 7 });
    expect(told).toMatchObject({ status: 429, body: { code: 'too.many.requests.retry.after' } });
    expect(told.headers.get('retry-after')).toBe('7');
    const untold = await askUnder({ kind: 'rateLimited' });
    expect(untold).toMatchObject({
      status: 429,
      body: { message: expect.stringContaining('in [60] seconds') },
    });
    expect(untold.headers.get('retry-after')).toBeNull();
    expect(untold.headers.get('inin-ratelimit-reset')).toBe('60');
  });

  test('rateLimited with retryAfterSeconds null names no time: no seconds in the message, no Retry-After, no rate limit headers', async () => {
    const { status, headers, body } = await askUnder({ kind: 'rateLimited', retryAfterSeconds: null });
    expect(status).toBe(429);
    expect(body).toMatchObject({ message: 'Rate limit exceeded the maximum.' });
    expect([...headers.keys()].filter((name) => /retry-after|ratelimit/.test(name))).toEqual([]);
    expect(headers.get('inin-correlation-id')).toEqual(expect.any(String));
  });

  test('rateLimited at the login answers with 400 and invalid_request, so that no credential is blamed', async () => {
    const sandbox = await sandboxForTest({ faults: [{ kind: 'rateLimited', resource: 'login', times: 1 }] });
    expect(await logIn(sandbox)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: expect.stringContaining('rate limit exceeded') },
    });
    expect((await logIn(sandbox)).status).toBe(200);
  });

  test.each([
    [7, '7'],
    [undefined, null],
    [null, null],
  ])(
    'rateLimited at the login with retryAfterSeconds %s answers with the Retry-After %s',
    async (seconds, header) => {
      const fault: Fault = { kind: 'rateLimited', resource: 'login' };
      const faults = [seconds === undefined ? fault : { ...fault, retryAfterSeconds: seconds }];
      const { status, headers } = await logIn(await sandboxForTest({ faults }));
      expect([status, headers.get('retry-after')]).toEqual([400, header]);
    },
  );

  test('missingPermissions answers with 403 and names the permissions', async () => {
    const reply = await askUnder({ kind: 'missingPermissions', permissions: ['routing:queue:view'] });
    expect(reply).toMatchObject({
      status: 403,
      body: { code: 'missing.permissions', messageParams: { permissions: 'routing:queue:view' } },
    });
    expect(
      await askUnder({ kind: 'missingPermissions', permissions: ['a:b:view', 'a:c:view'], any: true }),
    ).toMatchObject({
      status: 403,
      body: {
        code: 'missing.any.permissions',
        message: expect.stringMatching(/at least one of .*: a:b:view, a:c:view$/),
      },
    });
  });

  test('refuseIds refuses a whole call that has one of its ids, and names the id', async () => {
    const sandbox = await sandboxForTest({ organisation, faults: [{ kind: 'refuseIds', ids: ['bad'] }] });
    const [good = ''] = idsOf(organisation.queues).map(String);
    expect(await ask(sandbox, `${QUEUES}?id=${good}&id=bad`)).toMatchObject({
      status: 400,
      body: { status: 400, code: 'invalid.value', message: 'Value [bad] is not valid for id' },
    });
    expect(idsOf(entitiesOf(await ask(sandbox, `${QUEUES}?id=${good}`)))).toEqual([good]);
    expect(entitiesOf(await ask(sandbox, QUEUES))).toHaveLength(8);
    expect((await ask(sandbox, '/api/v2/users/bad')).status).toBe(400);
    expect((await post(sandbox, PROGRESS, [good, 'bad'])).status).toBe(400);
    expect((await post(sandbox, PROGRESS, [good])).status).toBe(200);
  });

  test.each([
    [404, 'not.found'],
    [413, 'request.entity.too.large'],
    [414, 'request.uri.too.long'],
  ] as const)('refuseIds can refuse with status %i', async (status, code) => {
    const fault = { kind: 'refuseIds', ids: ['bad'], status } as const;
    const sandbox = await sandboxForTest({ organisation, faults: [fault] });
    expect(await ask(sandbox, `${QUEUES}?id=good,bad`)).toMatchObject({ status, body: { status, code } });
  });

  test('refuseIds can refuse a share of all ids, the same ids at every sandbox', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => `id-${index}`);
    const refused = async (seed: number) => {
      const faults: Fault[] = [{ kind: 'refuseIds', ids: { share: 0.1 } }];
      const sandbox = await sandboxForTest({ organisation, seed, faults });
      const replies = await Promise.all(ids.map((id) => post(sandbox, PROGRESS, [id])));
      return ids.filter((_, index) => replies[index]?.status === 400);
    };
    const some = await refused(1);
    expect(some.length).toBeGreaterThan(5);
    expect(some.length).toBeLessThan(50);
    expect(await refused(2)).toEqual(some);
  });

  test('tooManyIds refuses calls with more than maxIds ids', async () => {
    const ids = idsOf(organisation.queues).map(String);
    const sandbox = await sandboxForTest({
      organisation,
      faults: [
        { kind: 'tooManyIds', maxIds: 3, resource: 'queues', status: 414 },
        { kind: 'tooManyIds', maxIds: 3 },
      ],
    });
    expect(await ask(sandbox, `${QUEUES}?id=${ids.slice(0, 4).join()}`)).toMatchObject({
      status: 414,
      body: { status: 414, message: 'At most 3 ids are allowed.' },
    });
    expect(entitiesOf(await ask(sandbox, `${QUEUES}?id=${ids.slice(0, 3).join()}`))).toHaveLength(3);
    expect((await post(sandbox, PROGRESS, ids.slice(0, 4))).status).toBe(413);
    expect((await post(sandbox, PROGRESS, ids.slice(0, 3))).status).toBe(200);
  });

  test('delay, given twice, does not change the answer', async () => {
    const reply = await askUnder({ kind: 'delay', ms: 5 }, { kind: 'delay', ms: 5 });
    expect(entitiesOf(reply)).toHaveLength(8);
  });

  test('hang never answers: the caller gives up, and the request is recorded with status null', async () => {
    const sandbox = await sandboxForTest({ faults: [{ kind: 'hang' }] });
    const patience = new AbortController();
    const outcome = ask(sandbox, QUEUES, { signal: patience.signal }).catch((error: unknown) => error);
    await expect.poll(() => sandbox.requests).toHaveLength(1);
    patience.abort(new Error('gave up'));
    expect(await outcome).toMatchObject({ message: 'gave up' });
    expect(sandbox.requests).toMatchObject([{ resource: 'queues', status: null }]);
  });

  test('reset breaks the connection before the answer or in the middle of the body', async () => {
    const sandbox = await sandboxForTest({ organisation, faults: [{ kind: 'reset', times: 1 }] });
    await expect(ask(sandbox, QUEUES)).rejects.toThrow(TypeError);
    sandbox.faults.push({ kind: 'reset', afterBytes: 100 });
    const response = await fetch(`${sandbox.url}${QUEUES}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(TypeError);
    expect(sandbox.requests.map(({ status }) => status)).toEqual([null, 200]);
  });

  test('truncate answers with status 200 and half of the JSON', async () => {
    const reply = await askUnder({ kind: 'truncate' });
    expect(reply).toMatchObject({ status: 200, body: undefined });
    expect(reply.text).toMatch(/^\{"entities":\[/);
  });

  test('html answers with an HTML page like a proxy, by default with status 502', async () => {
    const reply = await askUnder({ kind: 'html' });
    expect(reply).toMatchObject({ status: 502, text: expect.stringContaining('<html>') });
    expect(await askUnder({ kind: 'html', status: 200 })).toMatchObject({ status: 200, body: undefined });
  });

  test('alter changes the answer but not the organisation, and is given the token and ids of the request', async () => {
    const sandbox = await sandboxForTest({
      organisation,
      faults: [
        {
          kind: 'alter',
          alter: (body) => Object.assign(body ?? {}, { entities: [] }),
        },
        { kind: 'alter', alter: (body, { token, ids }) => [body, token, ids] },
      ],
    });
    const reply = await ask(sandbox, `${QUEUES}?id=a,b`);
    expect(reply.body).toEqual([expect.objectContaining({ entities: [] }), TOKEN, ['a', 'b']]);
    sandbox.faults.length = 0;
    expect(entitiesOf(await ask(sandbox, QUEUES))).toHaveLength(8);
  });
});

describe('a fault', () => {
  test('applies only to its resource and its token', async () => {
    const sandbox = await sandboxForTest({
      tokens: ['one', 'two'],
      faults: [{ kind: 'status', status: 500, resource: 'queues', token: 'one' }],
    });
    expect((await ask(sandbox, QUEUES, { token: 'one' })).status).toBe(500);
    expect((await ask(sandbox, QUEUES, { token: 'two' })).status).toBe(200);
    expect((await ask(sandbox, '/api/v2/users', { token: 'one' })).status).toBe(200);
  });

  test('with the resource api does not apply to the login', async () => {
    const faults: Fault[] = [{ kind: 'status', status: 500, resource: 'api' }];
    const sandbox = await sandboxForTest({ faults });
    expect((await ask(sandbox, QUEUES)).status).toBe(500);
    expect((await ask(sandbox, '/api/v2/unknown')).status).toBe(500);
    expect((await logIn(sandbox)).status).toBe(200);
  });

  test('with a burst applies to the first 2 of every 5 requests to its resource', async () => {
    const faults: Fault[] = [
      { kind: 'status', status: 503, resource: 'queues', burst: { length: 2, every: 5 } },
    ];
    const sandbox = await sandboxForTest({ faults });
    const statuses: number[] = [];
    while (statuses.length < 8) {
      await ask(sandbox, '/api/v2/users');
      statuses.push((await ask(sandbox, QUEUES)).status);
    }
    expect(statuses).toEqual([503, 503, 200, 200, 200, 503, 503, 200]);
  });

  test('counts only requests to which it applies, for its times and for its burst', async () => {
    const faults: Fault[] = [
      { kind: 'refuseIds', ids: ['bad'], times: 1 },
      { kind: 'tooManyIds', maxIds: 2, burst: { length: 1, every: 2 } },
    ];
    const sandbox = await sandboxForTest({ organisation, faults });
    const statuses: number[] = [];
    for (const ids of ['a', 'bad', 'bad', 'a,b', 'a,b,c', 'a,b,c', 'a,b,c'])
      statuses.push((await ask(sandbox, `${QUEUES}?id=${ids}`)).status);
    expect(statuses).toEqual([200, 400, 200, 200, 413, 200, 413]);
  });

  test('applies as many times as set, and then the next fault in the list applies', async () => {
    const sandbox = await sandboxForTest({
      faults: [
        { kind: 'status', status: 503, times: 2 },
        { kind: 'status', status: 504, times: 1 },
      ],
    });
    const statuses: number[] = [];
    while (statuses.length < 4) statuses.push((await ask(sandbox, QUEUES)).status);
    expect(statuses).toEqual([503, 503, 504, 200]);
  });

  test('with a rate applies to the same requests for the same seed, and to others for another seed', async () => {
    const run = async (seed: number) => {
      const faults: Fault[] = [{ kind: 'status', status: 503, rate: 0.3 }];
      const sandbox = await sandboxForTest({ organisation, seed, faults });
      for (let count = 0; count < 40; count += 1) await ask(sandbox, QUEUES);
      return sandbox.requests.map(({ status }) => status);
    };
    const statuses = await run(5);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(await run(5)).toEqual(statuses);
    expect(await run(6)).not.toEqual(statuses);
  });

  test('does not count a request without a valid token', async () => {
    const sandbox = await sandboxForTest({ faults: [{ kind: 'status', status: 503, times: 1 }] });
    expect((await ask(sandbox, QUEUES, { token: null })).status).toBe(401);
    expect((await ask(sandbox, QUEUES)).status).toBe(503);
  });
});

describe('faults as JSON', () => {
  test('are parsed into faults of every kind but alter', () => {
    const faults: Fault[] = [
      { kind: 'status', status: 503, resource: 'users', rate: 0.1, times: 3, headers: { a: 'b' } },
      { kind: 'status', status: 401, code: 'credentials.expired', resource: 'api' },
      { kind: 'rateLimited', retryAfterSeconds: 2, burst: { length: 10, every: 60 } },
      { kind: 'rateLimited', retryAfterSeconds: null },
      { kind: 'missingPermissions', permissions: ['a:b:c'], token: 't' },
      { kind: 'missingPermissions', permissions: ['a:b:c', 'a:b:d'], any: true },
      { kind: 'refuseIds', ids: ['a'], status: 404 },
      { kind: 'refuseIds', ids: { share: 0.1 } },
      { kind: 'tooManyIds', maxIds: 30, status: 414 },
      { kind: 'status', status: 404, foreign: true, html: true },
      { kind: 'cut', maxRows: 5 },
      { kind: 'cut', maxRows: 5, toldBy: 'nextUri', resource: 'users' },
      { kind: 'delay', ms: 20, resource: '*' },
      { kind: 'hang' },
      { kind: 'reset', afterBytes: 10 },
      { kind: 'truncate' },
      { kind: 'html', status: 200 },
    ];
    expect(parseFaults(JSON.stringify(faults))).toEqual({ faults, problems: [] });
  });

  test.each([
    ['{', 'must be a JSON array of faults'],
    ['{}', 'must be a JSON array of faults'],
    ['[7]', 'fault 1: must be an object'],
    ['[{"kind":"alter"}]', 'fault 1: kind must be one of status, rateLimited'],
    ['[{"kind":"constructor"}]', 'fault 1: kind must be one of status, rateLimited'],
    ['[{"kind":"hang"},{"kind":"delay"}]', 'fault 2: ms must be a number from 0 up'],
    ['[{"kind":"hang","rate":1.5}]', 'fault 1: rate must be a number from 0 to 1'],
    ['[{"kind":"hang","resource":"user"}]', 'fault 1: resource must be one of *, api, campaigns'],
    ['[{"kind":"hang","ms":5}]', 'fault 1: ms is no field of kind hang'],
    ['[{"kind":"hang","burst":{"length":2}}]', 'fault 1: burst must be an object of two whole numbers'],
    ['[{"kind":"hang","burst":{"length":0,"every":5}}]', 'fault 1: burst must be an object of two'],
    ['[{"kind":"hang","burst":{"length":1,"every":5,"of":2}}]', 'fault 1: burst must be an object of two'],
    ['[{"kind":"refuseIds"}]', 'fault 1: ids must be an array of texts, or an object with a share'],
    ['[{"kind":"refuseIds","ids":{"share":2}}]', 'fault 1: ids must be an array of texts, or an object'],
    ['[{"kind":"refuseIds","ids":["a"],"status":500}]', 'status must be one of 400, 404, 413, 414'],
    ['[{"kind":"tooManyIds"}]', 'fault 1: maxIds must be a number from 0 up'],
    ['[{"kind":"cut","maxRows":0}]', 'fault 1: maxRows must be a whole number from 1 up'],
    ['[{"kind":"cut","maxRows":5,"toldBy":"total"}]', 'toldBy must be one of pageSize, pageCount, nextUri'],
    ['[{"kind":"rateLimited","retryAfterSeconds":"1"}]', 'must be a number from 0 up, or null'],
  ])('are rejected: %s', (json, problem) => {
    expect(parseFaults(json).problems).toEqual([expect.stringContaining(problem)]);
  });
});

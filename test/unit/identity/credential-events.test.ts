import { expect, onTestFinished, test } from 'vitest';
import { sharedServicesForTest } from '../../support/shared-services.ts';
import { UpstreamError } from '../../../src/errors.ts';
import { callerKeyOf } from '../../../src/identity/caller.ts';
import { CredentialEvents, type CredentialSubscriber } from '../../../src/identity/credential-events.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { deadlineIn } from '../../../src/lib/deadline.ts';
import { createDataSources } from '../../../src/loading/data-sources.ts';
import { CallBudget } from '../../../src/upstream/budget.ts';
import type { HttpAnswer, Transport } from '../../../src/upstream/http/transport.ts';
import type { UpstreamRequest } from '../../../src/upstream/request.ts';
import { UpstreamUsage } from '../../../src/upstream/usage.ts';

const mine = tokenIdentity('mine');
const view = 'directory:user:view';
const denial = { resource: 'users', permissions: [view] };

test('events reach each subscriber that has a method for them, in the order of subscription, with their origin', () => {
  const told: unknown[] = [];
  const subscriber = (name: string): Required<CredentialSubscriber> => ({
    accepted: (...event) => told.push([name, 'accepted', ...event]),
    revoked: (...event) => told.push([name, 'revoked', ...event]),
    denied: (...event) => told.push([name, 'denied', ...event]),
  });
  const events = new CredentialEvents();
  events.subscribe(subscriber('first'));
  events.subscribe({ revoked: subscriber('second').revoked });
  events.accepted(mine, 7);
  events.revoked(mine, 'replica');
  events.denied(mine, denial);
  expect(told).toEqual([
    ['first', 'accepted', mine, 7, 'answer'],
    ['first', 'revoked', mine, 'replica'],
    ['second', 'revoked', mine, 'replica'],
    ['first', 'denied', mine, denial, 'answer'],
  ]);
});

/** Way to an upstream whose answers the test gives, one by one. */
class HeldTransport implements Transport {
  readonly calls: { readonly path: string; readonly answer: (answer: HttpAnswer) => void }[] = [];

  exchange(...[address]: Parameters<Transport['exchange']>): Promise<HttpAnswer> {
    return new Promise((answer) => {
      this.calls.push({ path: 'path' in address ? address.path : address.pathname, answer });
    });
  }
}

const userAnswer = (id: string) => ({
  status: 200,
  headers: {},
  bytes: Buffer.from(JSON.stringify({ entities: [{ id, name: `Name of ${id}` }] })),
});
const refusal = (status: number) => ({ status, headers: {}, bytes: Buffer.from('{}') });

/** Services over a held transport, and requests of one identity. */
function servicesForTest() {
  const transport = new HeldTransport();
  const closing = new AbortController();
  onTestFinished(() => closing.abort(new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'over' })));
  const { client, shared } = sharedServicesForTest(
    { GENESYSCLOUD_API_URL: 'https://upstream.test' },
    transport,
    { closing: closing.signal },
  );
  const scope = () => ({
    identity: mine,
    caller: callerKeyOf('test', 'one'),
    deadline: deadlineIn(systemClock, 10_000, new AbortController().signal),
    budget: new CallBudget(10),
    trace: null,
    usage: new UpstreamUsage(),
  });
  const sent = async (count: number) => {
    await expect.poll(() => transport.calls.length).toBe(count);
    return transport.calls[count - 1]?.answer ?? (() => undefined);
  };
  const read = (request: Partial<UpstreamRequest>) =>
    client.readerFor(scope())({ ...denial, keys: 0, method: 'GET', path: '/api/v2/users/me', ...request });
  return {
    calls: transport.calls,
    read,
    /** Resolves with the function that answers the call of this ordinal, once that call is made. */
    sent,
    /** Makes another read, which becomes this call, and fails with this status. */
    failOther: async (ordinal: number, status: number) => {
      const failing = read({ path: '/api/v2/users/other' });
      (await sent(ordinal))(refusal(status));
      return failing;
    },
    users: () => {
      const requestScope = scope();
      return createDataSources(shared, { requestScope, read: client.readerFor(requestScope) }).users;
    },
  };
}

const ends = [
  ['revoked', 401],
  ['denied', 403],
] as const;

test.each(ends)('a read under way is joined until the credential is %s', async (_event, status) => {
  const { read, sent, failOther } = servicesForTest();
  const first = [read({}), read({})];
  const answerFirst = await sent(1);
  let late: Promise<unknown> | undefined;
  // By the time that anybody sees the error, the read under way can no longer be joined.
  await failOther(2, status).catch(() => {
    late = read({});
  });
  (await sent(3))(userAnswer('read after it'));
  answerFirst(userAnswer('read before it'));
  const bodies = await Promise.all([...first, late]);
  expect(bodies).toMatchObject(
    ['before', 'before', 'after'].map((when) => ({ body: { entities: [{ id: `read ${when} it` }] } })),
  );
});

test.each(ends)('cached entities are gone once the credential is %s', async (_event, status) => {
  const { users, sent, calls, failOther } = servicesForTest();
  const loaded = users().load('user-1');
  (await sent(1))(userAnswer('user-1'));
  await loaded;
  await users().load('user-1');
  expect(calls).toHaveLength(1);
  let late: Promise<unknown> | undefined;
  await failOther(2, status).catch(() => {
    late = users().load('user-1');
  });
  (await sent(3))(userAnswer('user-1'));
  expect(await late).toMatchObject({ id: 'user-1' });
});

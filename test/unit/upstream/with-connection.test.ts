import { expect, test } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import { CredentialEvents } from '../../../src/identity/credential-events.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { Cancellation } from '../../../src/lib/signal.ts';
import type { PermittedCall } from '../../../src/upstream/call.ts';
import { unobserved, type WithholdingReason } from '../../../src/upstream/observer.ts';
import { UpstreamConnections } from '../../../src/upstream/upstream-connections.ts';
import { withConnection } from '../../../src/upstream/with-connection.ts';
import { TestClock } from '../../support/test-clock.ts';

const failure = new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message: 'the circuit is open' });

/** Step with two connections, and what it withheld. */
function stepBefore(next: Parameters<typeof withConnection>[2]) {
  const clock = new TestClock();
  const connections = new UpstreamConnections(2);
  const withheld: WithholdingReason[] = [];
  const observer = {
    ...unobserved,
    withheld: (_resource: string, why: WithholdingReason) => withheld.push(why),
  };
  const closing = new AbortController().signal;
  const context = { clock, observer, credentialEvents: new CredentialEvents(), closing };
  const step = withConnection(context, connections, next);
  const call = async () =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that the step reads
    step({
      owner: { identity: tokenIdentity('token') },
      request: { resource: 'users' },
      signal: new Cancellation(),
      sentMs: clock.now(),
      waitedMs: 0,
    } as unknown as PermittedCall);
  return { call, connections, withheld };
}

test('a call that is not sent gives its connection back', async () => {
  const { call, connections } = stepBefore(() => Promise.reject(failure));
  await expect(call()).rejects.toBe(failure);
  expect(connections.figures).toEqual({ used: 0, waiting: 0 });
});

test('a call that was sent keeps its connection until the exchange has ended', async () => {
  let end = (): void => undefined;
  const { call, connections } = stepBefore(({ connection }) => {
    connection.isUsed = true;
    end = connection.end;
    return Promise.reject(failure);
  });
  await expect(call()).rejects.toBe(failure);
  expect(connections.figures).toEqual({ used: 1, waiting: 0 });
  end();
  expect(connections.figures).toEqual({ used: 0, waiting: 0 });
});

test('a call for which too many wait is withheld', async () => {
  const { call, withheld } = stepBefore(() => new Promise(() => undefined));
  void call();
  void call();
  await expect(call()).rejects.toMatchObject({
    failure: { code: 'UPSTREAM_UNAVAILABLE', retryAfterSeconds: 1 },
  });
  expect(withheld).toEqual(['connections']);
});

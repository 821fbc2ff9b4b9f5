import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type ServiceGateway, serviceGatewayForTest } from '../support/service-gateway.ts';
import { clockWithoutPacing } from '../support/test-clock.ts';

const ALLOWED = 30;
/** Number of times that a caller has sent requests, so that each asks for scripts of its own. */
let times = 0;

function hashesOf(...keys: readonly string[]): string {
  return keys.map((key) => createHash('sha256').update(key).digest('hex')).join(',');
}

/** Gateway whose own credential may make 30 calls a minute. */
async function sharedByKeys(...keys: readonly string[]) {
  const clock = clockWithoutPacing();
  const env = { AUTH_API_KEY_HASHES: hashesOf(...keys) };
  const rateLimit = { allowed: ALLOWED, windowSeconds: 60 };
  const gateway = await serviceGatewayForTest(env, [], { clock, rateLimit });
  return { ...gateway, nextWindow: () => clock.skip(61_000) };
}

/** Sends requests together, each of which costs one call for an unknown id. */
async function send({ ask }: Pick<ServiceGateway, 'ask'>, key: string, count: number) {
  times += 1;
  const ids = Array.from({ length: count }, (_, n) => `made-up-${times}-${n}`);
  const answers = await Promise.all(
    ids.map((id) => ask(`{ script(id: "${id}") { id } }`, { 'x-api-key': key })),
  );
  const refused = answers.flatMap(({ errors = [] }) => errors);
  return { answered: answers.length - refused.length, refused };
}

describe('callers that share the credential of the gateway', () => {
  test('leave a reserve for one that comes, and each has its share from the next window on', async () => {
    const gateway = await sharedByKeys('key a', 'key b');
    const greedy = await send(gateway, 'key a', 40);
    expect(greedy.answered).toBe(24);
    expect(greedy.refused[0]).toMatchObject({
      message: expect.stringContaining("caller's share"),
      extensions: { code: 'UPSTREAM_RATE_LIMITED', retryAfterSeconds: expect.any(Number) },
    });
    expect((await send(gateway, 'key b', 6)).answered).toBe(6);
    await gateway.nextWindow();
    const [ofA, ofB] = await Promise.all([send(gateway, 'key a', 40), send(gateway, 'key b', 7)]);
    expect(ofB).toEqual({ answered: 7, refused: [] });
    // Unknown ids count double: eight calls are a share, and what the other leaves comes on top of it.
    expect(ofA.answered).toBeGreaterThanOrEqual(8);
    expect(ofA.answered).toBeLessThanOrEqual(ALLOWED - 7 - 1);
    expect(gateway.sandbox.answered.get(429)).toBeUndefined();
  });

  test('of whom there is only one have the whole quota', async () => {
    const gateway = await sharedByKeys('key a');
    expect((await send(gateway, 'key a', 40)).answered).toBe(ALLOWED);
  });
});

import * as fc from 'fast-check';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { CredentialChecks } from '../../src/cache/credential-checks.ts';
import type { EntitySources } from '../../src/loading/entity-sources.ts';
import type { InFlightBatches } from '../../src/loading/in-flight.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { RequestDedupe } from '../../src/upstream/request-dedupe.ts';
import { interleavings } from './identities-interleaving.ts';
import { playerForTest } from './identities-player.ts';
import { violations } from './identities-rules.ts';
import type { UpstreamRead } from '../../src/upstream/answer.ts';

/*
 * Proof that identities.test.ts can fail: each test replaces one part of the gateway with a faulty one, and the same
 * interleavings detect it. An IDENTITY_PROOF_SECONDS of 0 shares nothing, so some faults have no effect there.
 */

beforeEach(() => {
  // Modules are loaded anew, faulty ones among them.
  vi.resetModules();
  onTestFinished(() => {
    vi.doUnmock('../../src/cache/credential-checks.ts');
    vi.doUnmock('../../src/loading/entity-sources.ts');
    vi.doUnmock('../../src/loading/in-flight.ts');
    vi.doUnmock('../../src/identity/keyed-hash.ts');
    vi.doUnmock('../../src/upstream/request-dedupe.ts');
    vi.resetModules();
  });
});

/** First violation that contains `about`, found by playing interleavings; null when there is none. */
async function findingOf(about: string, proofSeconds: string): Promise<string | null> {
  const { assembleGateway } = await import('../../src/gateway.ts');
  const play = await playerForTest(assembleGateway, proofSeconds);
  let finding: string | undefined;
  const property = fc.asyncProperty(interleavings, async (interleaving) => {
    finding = violations(await play(interleaving)).find((violation) => violation.includes(about));
    return finding === undefined;
  });
  // A fault takes tens or hundreds of runs; without one all runs are played.
  await fc.check(property, { numRuns: 10_000, endOnFailure: true });
  return finding ?? null;
}

/** Makes identity keys from only the part of a credential that `left` gives. */
function plantKeys(left: (token: string) => string): void {
  vi.doMock(import('../../src/identity/keyed-hash.ts'), async (original) => {
    const { keyedHash } = await original();
    return {
      keyedHash: (kind, ...secret) =>
        keyedHash(kind, ...(kind.startsWith('identity ') ? secret.map(left) : secret)),
    };
  });
}

function plantReads(faulty: (Real: typeof RequestDedupe) => typeof RequestDedupe): void {
  vi.doMock(import('../../src/upstream/request-dedupe.ts'), async (original) => {
    const real = await original();
    return { RequestDedupe: faulty(real.RequestDedupe) };
  });
}

function plantProofs(faulty: (Real: typeof CredentialChecks) => typeof CredentialChecks): void {
  vi.doMock(import('../../src/cache/credential-checks.ts'), async (original) => {
    const real = await original();
    return { CredentialChecks: faulty(real.CredentialChecks) };
  });
}

function plantEntities(faulty: (Real: typeof EntitySources) => typeof EntitySources): void {
  vi.doMock(import('../../src/loading/entity-sources.ts'), async (original) => {
    const real = await original();
    return { ...real, EntitySources: faulty(real.EntitySources) };
  });
}

function plantBatches(faulty: (Real: typeof InFlightBatches) => typeof InFlightBatches): void {
  vi.doMock(import('../../src/loading/in-flight.ts'), async (original) => {
    const real = await original();
    return { ...real, InFlightBatches: faulty(real.InFlightBatches) };
  });
}

describe.each(['1', ''])(
  'with an IDENTITY_PROOF_SECONDS of "%s" the interleavings detect',
  (proofSeconds) => {
    test.each<[string, (token: string) => string]>([
      ['nothing', () => ''],
      ['the token in lower case', (token) => token.toLowerCase()],
      ['the token without its padding', (token) => token.replace(/=+$/, '')],
      ['the beginning of the token', (token) => token.slice(0, 20)],
    ])('identity keys that are made of %s', async (_what, left) => {
      plantKeys(left);
      expect(await findingOf('not its own', proofSeconds)).not.toBeNull();
    });

    test('that requests after a 401 join a read begun before it', async () => {
      plantReads(
        (Real) =>
          class extends Real {
            override revoked(): void {}
          },
      );
      expect(await findingOf('knew of its end', proofSeconds)).not.toBeNull();
    });

    // Each of the two alone would keep data read before a 401 from being shown.
    test('that a 401 neither drops cached entities nor revokes the credential check', async () => {
      plantEntities(
        (Real) =>
          class<Entity, Part extends string> extends Real<Entity, Part> {
            override drop(): void {}
          },
      );
      plantProofs(
        (Real) =>
          class extends Real {
            override revoked(): void {}
          },
      );
      expect(await findingOf('knew of its end', proofSeconds)).not.toBeNull();
    });
  },
);

describe.each(['0', '1', ''])(
  'with an IDENTITY_PROOF_SECONDS of "%s" the interleavings detect',
  (proofSeconds) => {
    test('that a read under way is shared for longer than the proof time', async () => {
      plantReads(
        (Real) =>
          class extends Real {
            constructor(clock: Clock) {
              super(clock, Infinity);
            }
          },
      );
      expect(await findingOf('proof was over', proofSeconds)).not.toBeNull();
    });

    test('that a batch under way is joined for longer than the proof time', async () => {
      plantBatches(
        (Real) =>
          class<Entity, Part extends string> extends Real<Entity, Part> {
            constructor(...[resource, cache, options]: ConstructorParameters<typeof Real<Entity, Part>>) {
              super(resource, cache, { ...options, proofMs: Infinity });
            }
          },
      );
      expect(await findingOf('proof was over', proofSeconds)).not.toBeNull();
    });

    test('that cached data is shown without a fresh credential check', async () => {
      plantProofs(
        (Real) =>
          class extends Real {
            override isFresh(): boolean {
              return true;
            }
          },
      );
      expect(await findingOf('proof was over', proofSeconds)).not.toBeNull();
    });

    test('that an answer of the upstream is kept for ever', async () => {
      plantReads(
        (Real) =>
          class extends Real {
            readonly #kept = new Map<string, UpstreamRead>();

            override async read(...asked: Parameters<RequestDedupe['read']>): Promise<UpstreamRead> {
              const [{ key }, { path, query, body }] = asked;
              const what = JSON.stringify([key, path, query, body]);
              const read = this.#kept.get(what) ?? (await super.read(...asked));
              this.#kept.set(what, read);
              return read;
            }
          },
      );
      expect(await findingOf('proof was over', proofSeconds)).not.toBeNull();
    });
  },
);

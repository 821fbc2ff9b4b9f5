import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import type { assembleGateway, AssembledGateway } from '../../src/gateway.ts';
import { type GraphQLAnswer, graphqlRequest } from '../support/gateway.ts';
import { type Clock, clockForTest, type Moment } from './identities-clock.ts';
import type { Interleaving, Step } from './identities-interleaving.ts';
import { type Standing, StampingUpstream } from './identities-upstream.ts';

/** A request that is over. */
export interface Asked {
  readonly token: string;
  readonly query: string;
  readonly began: Moment;
  readonly ended: Moment;
  readonly isGivenUp: boolean;
  /** Null when the client aborted before the answer. */
  readonly answer: GraphQLAnswer | null;
}

/** Observations of the clients and of the upstream in one interleaving. */
export interface History {
  readonly asked: readonly Asked[];
  readonly standings: ReadonlyMap<string, Readonly<Standing>>;
  readonly proofMs: number;
}

/** Plays an interleaving and gives its history. */
type Player = (interleaving: Interleaving) => Promise<History>;

/** A request under way. */
interface Asking {
  readonly over: Promise<Asked>;
  readonly leave: () => void;
}

/** Turns of the event loop in which a call surely arrives at the upstream, when a request makes any. */
const TURNS_TO_ARRIVE = 20;

/**
 * Player over one gateway in pass-through and its stamping upstream, until the test is over.
 *
 * @param create Makes the gateway.
 * @param proofSeconds IDENTITY_PROOF_SECONDS of its environment.
 */
export async function playerForTest(create: typeof assembleGateway, proofSeconds: string): Promise<Player> {
  const clock = clockForTest();
  const stamping = new StampingUpstream(clock);
  const config = parseConfig({
    GENESYSCLOUD_API_URL: await stamping.listen(),
    IDENTITY_PROOF_SECONDS: proofSeconds,
    // Low, so that some calls wait for a permit.
    UPSTREAM_CONCURRENCY: '3',
    // Longer than all time that passes in one interleaving, so that only its steps end anything.
    REQUEST_TIMEOUT_MS: '600000',
    UPSTREAM_TIMEOUT_MS: '600000',
  });
  const gateway = create({ config });
  onTestFinished(() => gateway.dispose());
  const proofMs = config.cache.identityProofSeconds * 1000;
  let played = 0;

  return async ({ tokens, queries, steps, turnsToAnswer }) => {
    const names = similarTokens((played += 1));
    const standings = new Map<string, Standing>();
    for (const [n, kind] of tokens.entries()) {
      standings.set(names[n] ?? '', {
        acceptedAt: null,
        endedAt: kind === 'accepted' ? null : clock.now(),
      });
    }
    stamping.begin(standings, turnsToAnswer);
    // Latest request first.
    const asking: Asking[] = [];

    async function ask({ token, query, until }: Step & { do: 'ask' }): Promise<void> {
      const before = stamping.calls;
      const latest = send(gateway, clock, names[token] ?? '', queries[query] ?? '');
      asking.unshift(latest);
      if (until === 'answered') await latest.over;
      if (until === 'upstream') await turnsWhile(TURNS_TO_ARRIVE, () => stamping.calls === before);
    }

    for (const step of steps) {
      switch (step.do) {
        case 'ask':
          await ask(step);
          break;
        case 'end': {
          const standing = standings.get(names[step.token] ?? '');
          if (standing !== undefined) standing.endedAt ??= clock.now();
          break;
        }
        case 'rest':
          await Promise.all(asking.map(({ over }) => over));
          break;
        case 'turns':
          await turnsWhile(step.turns, () => true);
          break;
        case 'leave':
          asking[step.back]?.leave();
          break;
        case 'pass':
          clock.skip(step.proofTimes * proofMs + 1);
          break;
      }
    }
    return { asked: await Promise.all(asking.map(({ over }) => over)), standings, proofMs };
  };
}

/** Tokens of one interleaving, which differ in case and padding only: keys made of less than a whole token collide. */
function similarTokens(n: number): readonly string[] {
  const token = `eyJhbGciOiJub25lIn0.${n}.caller`;
  return [token, token.toUpperCase(), `${token}=`];
}

function send(gateway: AssembledGateway, clock: Clock, token: string, query: string): Asking {
  const client = new AbortController();
  const request = new Request(graphqlRequest(query, {}, token), { signal: client.signal });
  const began = clock.now();
  const asked = async (): Promise<Asked> => {
    const answer = await answerTo(gateway, request);
    return { token, query, began, ended: clock.now(), isGivenUp: client.signal.aborted, answer };
  };
  return { over: asked(), leave: () => client.abort() };
}

async function answerTo(gateway: AssembledGateway, request: Request): Promise<GraphQLAnswer | null> {
  try {
    return JSON.parse(await (await gateway.fetch(request)).text());
  } catch (error) {
    if (request.signal.aborted) return null;
    throw error;
  }
}

async function turnsWhile(most: number, isWanted: () => boolean): Promise<void> {
  for (let n = 0; n < most && isWanted(); n += 1) await turn();
}

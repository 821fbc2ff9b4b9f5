import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { listeningForTest } from '../support/listening.ts';
import type { Clock, Moment } from './identities-clock.ts';

/** State of a token at the upstream. */
export interface Standing {
  /** Moment of the latest call accepted with the token. */
  acceptedAt: Moment | null;
  /** Moment from which the token is refused. Null while it is accepted. */
  endedAt: Moment | null;
}

/**
 * Upstream with the same entities for all tokens, whose texts are stamps: the token of the call, and the serial of the
 * moment at which the token was accepted. The token is checked when a call arrives; the answer follows some turns of the
 * event loop later.
 */
export class StampingUpstream {
  readonly #clock: Clock;
  #standings: ReadonlyMap<string, Standing> = new Map();
  #turnsToAnswer: readonly number[] = [];
  #calls = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Number of calls since the latest `begin`. */
  get calls(): number {
    return this.#calls;
  }

  /** Starts over. `turnsToAnswer` has the turns of the event loop per answer, and repeats from its start. */
  begin(standings: ReadonlyMap<string, Standing>, turnsToAnswer: readonly number[]): void {
    this.#standings = standings;
    this.#turnsToAnswer = turnsToAnswer;
    this.#calls = 0;
  }

  /** Listens until the test is over; gives the URL. */
  listen(): Promise<string> {
    return listeningForTest(createServer((request, response) => void this.#answer(request, response)));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://upstream');
    const token = (request.headers.authorization ?? '').slice('Bearer '.length);
    const standing = this.#standings.get(token);
    const turns = this.#turnsToAnswer[this.#calls % this.#turnsToAnswer.length] ?? 0;
    this.#calls += 1;
    let stamp: string | null = null;
    if (standing?.endedAt === null) {
      standing.acceptedAt = this.#clock.now();
      stamp = `${token} at ${standing.acceptedAt.serial}`;
    }
    const ids = await idsIn(request);
    for (let n = 0; n < turns; n += 1) await turn();
    response.statusCode = stamp === null ? 401 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(stamp === null ? refusal : answerTo(url, ids, stamp)));
  }
}

/** Token of a stamp; null for any other text. */
export function tokenOf(text: string): string | null {
  return /^(\S+) at \d+$/.exec(text)?.[1] ?? null;
}

const refusal = { status: 401, code: 'bad.credentials' };

/** Ids in the body of a POST, if there is one. */
async function idsIn(request: IncomingMessage): Promise<string[]> {
  if (request.method !== 'POST') return [];
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    // The caller has gone away.
    return [];
  }
  return JSON.parse(Buffer.concat(chunks).toString());
}

function answerTo({ pathname, searchParams }: URL, posted: readonly string[], stamp: string): unknown {
  const named = (id: string) => ({ id, name: stamp });
  switch (pathname) {
    case '/api/v2/users':
      return { entities: searchParams.getAll('id').map((id) => ({ ...named(id), email: stamp })) };
    case '/api/v2/routing/queues':
      return { entities: searchParams.getAll('id').map((id) => ({ ...named(id), description: stamp })) };
    case '/api/v2/outbound/campaigns':
      return { entities: [{ ...named('campaign'), callerName: stamp, queue: named('queue') }], total: 1 };
    case '/api/v2/outbound/campaigns/campaign/interactions': {
      const contact = { ...named('contact'), selfUri: '/api/v2/outbound/contactlists/list/contacts/contact' };
      const row = { id: 'interaction', callerName: stamp, agent: named('agent'), contact };
      return { interactingInteractions: [row] };
    }
    case '/api/v2/outbound/contactlists/list/contacts/bulk':
      return posted.map((id) => ({ ...named(id), data: { Phone: stamp } }));
    case '/api/v2/scripts/script':
      return { ...named('script'), startPageName: stamp };
    default:
      throw new TypeError(`Nobody asks for ${pathname}.`);
  }
}

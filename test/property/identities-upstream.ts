import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { listeningForTest } from '../support/listening.ts';
import type { Clock, Moment } from './identities-clock.ts';

/** What the upstream knows of a token. */
export interface Standing {
  /** When it last let a call with this token through. */
  acceptedAt: Moment | null;
  /** From when on it refuses the token. Null while it accepts it. */
  endedAt: Moment | null;
}

/**
 * An upstream that shows everybody the same entities, but writes a stamp into each of their texts: the token that it saw,
 * and the serial of the moment at which it accepted it. It looks at the token when a call comes, and answers some turns
 * of the event loop later.
 */
export class StampingUpstream {
  readonly #clock: Clock;
  #standings: ReadonlyMap<string, Standing> = new Map();
  #turnsToAnswer: readonly number[] = [];
  #calls = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many calls have come since it began anew. */
  get calls(): number {
    return this.#calls;
  }

  /** Begins anew with these tokens, and with how many turns an answer takes, call by call and over again. */
  begin(standings: ReadonlyMap<string, Standing>, turnsToAnswer: readonly number[]): void {
    this.#standings = standings;
    this.#turnsToAnswer = turnsToAnswer;
    this.#calls = 0;
  }

  /** Listens until the test is over; gives its address. */
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

/** The token of a stamp; null for any other text. */
export function tokenOf(text: string): string | null {
  return /^(\S+) at \d+$/.exec(text)?.[1] ?? null;
}

const refusal = { status: 401, code: 'bad.credentials' };

/** The ids in the body of a reading POST. */
async function idsIn(request: IncomingMessage): Promise<string[]> {
  if (request.method !== 'POST') return [];
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    // Nobody waits for the answer any more.
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

import type { Fault } from '../../src/sandbox/fault.ts';
import type { Random } from '../../src/sandbox/random.ts';

/** How a client reads: everything at once, after a pause, or not to the end. */
type Reading = 'at once' | 'slowly' | 'leaves';

export interface AttackRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly reading: Reading;
  /** True when the request carries no credential. */
  readonly isAnonymous: boolean;
}

/** A kind of request that asks for much, as data: `run-siege.ts` sends it, and `judge.ts` judges the answers. */
export interface Attack {
  /** Unique; also the name for SIEGE_ATTACKS. */
  readonly name: string;
  /** Number of clients that send at the same time, each one request after another. */
  readonly clients: number;
  /** Makes the next request; anything random comes from the generator. */
  readonly request: (random: Random) => AttackRequest;
  /**
   * Right outcomes: `ok` is an answer without errors, the others are error codes, or a code and the only right limit: `CODE
   * limit`. A busy gateway may also answer with 503 and Retry-After.
   */
  readonly outcomes: readonly string[];
  /** True when no upstream call may be spent. */
  readonly isFree?: true;
  /** Most CPU time that the gateway's event loop may take at once, in milliseconds. @default Infinity */
  readonly mostBusyMs?: number;
  /** Makes the troubles of the upstream, for the callers of this attack only. @default none */
  readonly faults?: () => readonly Fault[];
}

/** Token of an attack's callers: each attack is an identity of its own, and the upstream knows it by the token. */
export function tokenOf({ name }: Pick<Attack, 'name'>): string {
  return `siege-${name}`;
}

type RequestOptions = Partial<Pick<AttackRequest, 'headers' | 'reading' | 'isAnonymous'>>;

export function post(
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  options: RequestOptions = {},
): AttackRequest {
  return postBody(JSON.stringify({ query, variables }), options);
}

/** POST of a body that need not be what `JSON.stringify` writes. */
export function postBody(body: string, options: RequestOptions = {}): AttackRequest {
  const { headers = {}, reading = 'at once', isAnonymous = false } = options;
  return {
    method: 'POST',
    path: '/graphql',
    headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
    body,
    reading,
    isAnonymous,
  };
}

export function get(
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
  options: RequestOptions = {},
): AttackRequest {
  const { headers = {}, reading = 'at once', isAnonymous = false } = options;
  const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
  return {
    method: 'GET',
    path: `/graphql?${parameters}`,
    headers: { accept: 'application/json', ...headers },
    body: null,
    reading,
    isAnonymous,
  };
}

/** The text once for each number from 0, with spaces in between. */
export function repeated(count: number, part: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => part(n)).join(' ');
}

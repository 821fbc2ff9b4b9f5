/** What one client does over a connection of its own. */
export interface Exchange {
  /** Which part of the fuzzing it belongs to. */
  readonly kind: string;
  /** What is sent, in pieces. Where a token belongs there is a place for one: see `tokenPlace`. */
  readonly pieces: readonly Buffer[];
  /** Between the pieces. */
  readonly pauseMs: number;
  /** Of the requests in the order in which they are sent: an answer to HEAD has no body. */
  readonly methods: readonly string[];
  /** Whether it is clear where each request ends, so that every one has to be answered, and another could follow them. */
  readonly isSound: boolean;
  /** Whether another request follows them, to see whether the connection is still in step. */
  readonly isProbed: boolean;
  /** When the client goes away without waiting for the end. */
  readonly leaves: 'never' | 'when sent' | 'when answered in part';
}

/** Tokens differ from one run to the next; what stands for one is as long as it, and the same in each run. */
const TOKEN_LENGTH = 64;
const PLACE = /fuzz-token-(\d+)-*/g;

export function tokenPlace(nth: number): string {
  return `fuzz-token-${nth}`.padEnd(TOKEN_LENGTH, '-');
}

/** The bytes with a token in each place for one. */
export function withTokens(bytes: Buffer, tokens: readonly string[]): Buffer {
  if (!bytes.includes('fuzz-token-')) return bytes;
  const text = bytes.toString('latin1');
  return Buffer.from(
    text.replaceAll(PLACE, (_place, nth: string) => tokens[Number(nth) % tokens.length] ?? ''),
    'latin1',
  );
}

/** The same for anybody, who has no such token: the gateway over its sandbox then uses its own. */
export function withoutTokens(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.toString('latin1').replaceAll(/authorization: bearer fuzz-token-\d+-*\r\n/gi, ''),
    'latin1',
  );
}

/** Everything that one client does on its own connection. */
export interface Exchange {
  /** Part of the fuzzing, for the report. */
  readonly kind: string;
  /** Bytes to send, in pieces, with placeholders for tokens: see `tokenPlace`. */
  readonly pieces: readonly Buffer[];
  /** Pause between the pieces. */
  readonly pauseMs: number;
  /** Methods of the requests in order: an answer to HEAD has no body. */
  readonly methods: readonly string[];
  /** True when the end of each request is clear, so that each must be answered and another could follow. */
  readonly isSound: boolean;
  /** True when another request follows, to check that the connection is still in step. */
  readonly isProbed: boolean;
  /** Moment at which the client disconnects without waiting for the end. */
  readonly leaves: 'never' | 'when sent' | 'when answered in part';
}

/** Tokens differ between runs; placeholders have the same length as tokens, and are the same in each run. */
const TOKEN_LENGTH = 64;
const PLACE = /fuzz-token-(\d+)-*/g;

export function tokenPlace(nth: number): string {
  return `fuzz-token-${nth}`.padEnd(TOKEN_LENGTH, '-');
}

/** Bytes with tokens in place of the placeholders. */
export function withTokens(bytes: Buffer, tokens: readonly string[]): Buffer {
  if (!bytes.includes('fuzz-token-')) return bytes;
  const text = bytes.toString('latin1');
  return Buffer.from(
    text.replaceAll(PLACE, (_place, nth: string) => tokens[Number(nth) % tokens.length] ?? ''),
    'latin1',
  );
}

/** Bytes without the headers of these tokens, for a replay: the gateway over its sandbox then uses its own token. */
export function withoutTokens(bytes: Buffer): Buffer {
  return Buffer.from(
    bytes.toString('latin1').replaceAll(/authorization: bearer fuzz-token-\d+-*\r\n/gi, ''),
    'latin1',
  );
}

import { createLocalJWKSet, errors, exportSPKI, type JSONWebKeySet } from 'jose';
import type { Logger } from 'pino';
import { UpstreamError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { withinTime } from '../lib/deadline.ts';
import type { Signal } from '../lib/signal.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Transport } from '../upstream/http/transport.ts';

/** Fields of a token's header that describe its signature. */
export interface SignatureHeader {
  readonly alg: string;
  /** Id of the key; without one, the key must be the only one of the set that fits the algorithm. */
  readonly kid?: string;
}

export interface SigningKeysOptions {
  /** Endpoint that returns the keys as a JSON Web Key Set (RFC 7517). */
  readonly url: string;
  readonly transport: Transport;
  /** Longest time for reading the keys. */
  readonly timeoutMs: number;
  /** Aborts, with an `UpstreamError`, when the gateway shuts down. */
  readonly closing: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Older keys are read again, so that a key which its issuer has withdrawn is not trusted for longer. */
const FRESH_MS = 600_000;
/** Least time before an unknown key causes another read: anybody can send tokens that name keys which do not exist. */
const COOL_DOWN_MS = 30_000;
/** Least time between a failed read and the next one. */
const FAILED_COOL_DOWN_MS = 5_000;
/** Firewalls in front of issuers refuse requests without a `user-agent`. */
const HEADERS = {
  accept: 'application/json, application/jwk-set+json',
  'user-agent': 'campaign-interaction-gateway',
};

type KeySet = ReturnType<typeof createLocalJWKSet>;

/**
 * Public keys of the issuer of tokens. They are read when the first is needed, when a key is unknown, and when they are no
 * longer fresh. After a failed read the keys known before stay valid, and no token of theirs waits for the next read.
 */
export class SigningKeys {
  readonly #options: SigningKeysOptions;
  readonly #url: URL;
  readonly #found = new Map<string, string>();
  #current: KeySet | undefined;
  /** Time of the last read that succeeded, on the monotonic clock. */
  #readAtMs = -Infinity;
  #reading: Promise<void> | undefined;
  /** Time before which no read is attempted, on the monotonic clock; undefined unless the last read failed. */
  #failedUntilMs: number | undefined;

  constructor(options: SigningKeysOptions) {
    this.#options = options;
    this.#url = new URL(options.url);
  }

  /**
   * PEM key for a signature header; null when the issuer has none. Rejects with an `UpstreamError` when the key is unknown
   * and the last read failed.
   */
  async find(header: SignatureHeader): Promise<string | null> {
    if (!this.#isYoungerThan(FRESH_MS) && !this.#isCoolingDown) {
      const reading = this.#read();
      if (this.#current === undefined || this.#failedUntilMs === undefined) await reading;
    }
    let key = await this.#match(header);
    if (key === null && !this.#isCoolingDown) {
      await this.#read();
      key = await this.#match(header);
    }
    if (key === null && this.#failedUntilMs !== undefined) {
      throw unavailable(this.#failedUntilMs - this.#options.clock.now());
    }
    return key;
  }

  /** PEM key last found for a signature header; reads nothing. */
  found(header: SignatureHeader): string | undefined {
    return this.#found.get(nameOf(header));
  }

  get #isCoolingDown(): boolean {
    return (
      this.#isYoungerThan(COOL_DOWN_MS) || (this.#failedUntilMs ?? -Infinity) > this.#options.clock.now()
    );
  }

  #isYoungerThan(ageMs: number): boolean {
    return this.#options.clock.now() < this.#readAtMs + ageMs;
  }

  async #match(header: SignatureHeader): Promise<string | null> {
    try {
      const key = await this.#current?.({ ...header });
      if (key === undefined) return null;
      const pem = await exportSPKI(key);
      this.#found.set(nameOf(header), pem);
      return pem;
    } catch {
      // No such key, several that fit, or an unusable one.
      return null;
    }
  }

  /** Never rejects. */
  #read(): Promise<void> {
    this.#reading ??= this.#reload().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #reload(): Promise<void> {
    const { clock, log } = this.#options;
    try {
      this.#current = await this.#request();
      this.#readAtMs = clock.now();
      this.#failedUntilMs = undefined;
    } catch (err) {
      this.#failedUntilMs = clock.now() + FAILED_COOL_DOWN_MS;
      log.error({ err }, "The keys that verify callers' tokens could not be read");
    }
  }

  async #request(): Promise<KeySet> {
    const { transport, timeoutMs, closing, clock } = this.#options;
    return withinTime(clock, timeoutMs, closing, (signal) => readKeySet(this.#url, transport, signal)).then(
      createLocalJWKSet,
      (cause: unknown) => {
        throw isTimeout(cause) ? new errors.JWKSTimeout(undefined, { cause }) : cause;
      },
    );
  }
}

/**
 * Reads a JSON Web Key Set. Rejects with an `UpstreamError` when no answer comes, and else with the errors of jose's own
 * `createRemoteJWKSet`, which is not used because it counts by the wall clock.
 */
export async function readKeySet(url: URL, transport: Transport, signal: Signal): Promise<JSONWebKeySet> {
  const { status, bytes } = await transport.exchange(url, { method: 'GET', headers: HEADERS }, signal);
  if (status !== 200) {
    throw new errors.JOSEError('Expected 200 OK from the JSON Web Key Set HTTP response');
  }
  const keySet = parseKeySet(decodeUtf8(bytes));
  // Throws for anything else than a key set.
  createLocalJWKSet(keySet);
  return keySet;
}

function isTimeout(error: unknown): boolean {
  return error instanceof UpstreamError && error.failure.code === 'UPSTREAM_TIMEOUT';
}

/** Only the syntax is checked here. */
function parseKeySet(text: string): JSONWebKeySet {
  try {
    const keySet: JSONWebKeySet = JSON.parse(text);
    return keySet;
  } catch (cause) {
    throw new errors.JOSEError('Failed to parse the JSON Web Key Set HTTP response as JSON', { cause });
  }
}

/** Keys of two algorithms may have the same id, or none. */
function nameOf({ alg, kid }: SignatureHeader): string {
  return JSON.stringify([alg, kid]);
}

function unavailable(pauseMs: number): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_UNAVAILABLE',
    message:
      'callers cannot be authenticated at the moment: the keys that verify their tokens could not be read',
    retryAfterSeconds: Math.max(1, Math.ceil(pauseMs / 1000)),
  });
}

import { createLocalJWKSet, createRemoteJWKSet, customFetch, exportSPKI, type RemoteJWKSet } from 'jose';
import type { Logger } from 'pino';
import { UpstreamError } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Http } from '../upstream/http/http.ts';

/** Fields of a token's header that describe its signature. */
export interface SignatureHeader {
  readonly alg: string;
  /** Id of the key; without one, the key must be the only one of the set that fits the algorithm. */
  readonly kid?: string;
}

export interface SigningKeysOptions {
  /** Endpoint that returns the keys as a JSON Web Key Set (RFC 7517). */
  readonly url: string;
  readonly http: Http;
  /** Longest time for reading the keys. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Older keys are read again, so that a key which its issuer has withdrawn is not trusted for longer. */
const FRESH_MS = 600_000;
/** Least time before an unknown key causes another read: anybody can send tokens that name keys which do not exist. */
const COOL_DOWN_MS = 30_000;
/** Least time between a failed read and the next one. */
const FAILED_COOL_DOWN_MS = 5_000;

/**
 * Public keys of the issuer of tokens. They are read when the first is needed, when a key is unknown, and when they are no
 * longer fresh. After a failed read the keys known before stay valid, and no token of theirs waits for the next read.
 */
export class SigningKeys {
  readonly #remote: RemoteJWKSet;
  readonly #log: Logger;
  readonly #found = new Map<string, string>();
  #current: ReturnType<typeof createLocalJWKSet> | undefined;
  #reading: Promise<void> | undefined;
  /** Epoch milliseconds before which no read is attempted; undefined unless the last read failed. */
  #failedUntilMs: number | undefined;

  constructor({ url, http, timeoutMs, log }: SigningKeysOptions) {
    this.#log = log;
    this.#remote = createRemoteJWKSet(new URL(url), {
      cacheMaxAge: FRESH_MS,
      cooldownDuration: COOL_DOWN_MS,
      timeoutDuration: timeoutMs,
      // `http` bounds the size of answers, and its connections end with the gateway.
      [customFetch]: async (address, { headers, signal }) => {
        const request = { method: 'GET' as const, headers: Object.fromEntries(headers) };
        const { status, bytes } = await http.exchange(new URL(address), request, signal);
        return new Response(decodeUtf8(bytes), { status });
      },
    });
  }

  /**
   * PEM key for a signature header; null when the issuer has none. Rejects with an `UpstreamError` when the key is unknown
   * and the last read failed.
   */
  async find(header: SignatureHeader): Promise<string | null> {
    if (!this.#remote.fresh && !this.#isCoolingDown) {
      const reading = this.#read();
      if (this.#current === undefined || this.#failedUntilMs === undefined) await reading;
    }
    let key = await this.#match(header);
    if (key === null && !this.#isCoolingDown) {
      await this.#read();
      key = await this.#match(header);
    }
    if (key === null && this.#failedUntilMs !== undefined) throw unavailable(this.#failedUntilMs);
    return key;
  }

  /** PEM key last found for a signature header; reads nothing. */
  found(header: SignatureHeader): string | undefined {
    return this.#found.get(nameOf(header));
  }

  get #isCoolingDown(): boolean {
    return this.#remote.coolingDown || (this.#failedUntilMs ?? 0) > Date.now();
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
    try {
      await this.#remote.reload();
      this.#current = createLocalJWKSet(this.#remote.jwks() ?? { keys: [] });
      this.#failedUntilMs = undefined;
    } catch (err) {
      this.#failedUntilMs = Date.now() + FAILED_COOL_DOWN_MS;
      this.#log.error({ err }, "The keys that callers' tokens are signed with could not be read");
    }
  }
}

/** Keys of two algorithms may have the same id, or none. */
function nameOf({ alg, kid }: SignatureHeader): string {
  return JSON.stringify([alg, kid]);
}

function unavailable(untilMs: number): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_UNAVAILABLE',
    message: 'callers cannot be authenticated at the moment, for the keys of their tokens could not be read',
    retryAfterSeconds: Math.max(1, Math.ceil((untilMs - Date.now()) / 1000)),
  });
}

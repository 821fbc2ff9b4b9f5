import { createLocalJWKSet, createRemoteJWKSet, customFetch, exportSPKI, type RemoteJWKSet } from 'jose';
import type { Logger } from 'pino';
import { UpstreamError } from '../errors.ts';
import { decodeUtf8 } from '../lib/utf8.ts';
import type { Http } from '../upstream/http/http.ts';

/** What a token says about its signature. */
export interface SignatureHeader {
  readonly alg: string;
  /** Id of the key; without one the key is the only one of the set that can have made such a signature. */
  readonly kid?: string;
}

export interface SigningKeysOptions {
  /** The endpoint that gives the keys as a JSON Web Key Set (RFC 7517). */
  readonly url: string;
  readonly http: Http;
  /** The longest that reading them may take. */
  readonly timeoutMs: number;
  readonly log: Logger;
}

/** Keys are read again when they are older, so that one that its issuer has withdrawn is not trusted for longer. */
const FRESH_MS = 600_000;
/** Not read again before for a key that is not among them: anybody can make up tokens of keys that there are not. */
const COOL_DOWN_MS = 30_000;
/** The same after an attempt that failed. */
const FAILED_COOL_DOWN_MS = 5_000;

/**
 * The public keys that an issuer signs its tokens with. Read when the first is needed, when one is not known, and when they
 * are no longer fresh. While they cannot be read, those that were known go on to count, without anybody waiting for others.
 */
export class SigningKeys {
  readonly #remote: RemoteJWKSet;
  readonly #log: Logger;
  readonly #found = new Map<string, string>();
  #current: ReturnType<typeof createLocalJWKSet> | undefined;
  #reading: Promise<void> | undefined;
  /** Epoch milliseconds until when no other attempt is made; undefined while the last one succeeded. */
  #failedUntilMs: number | undefined;

  constructor({ url, http, timeoutMs, log }: SigningKeysOptions) {
    this.#log = log;
    this.#remote = createRemoteJWKSet(new URL(url), {
      cacheMaxAge: FRESH_MS,
      cooldownDuration: COOL_DOWN_MS,
      timeoutDuration: timeoutMs,
      // Its answers are bounded in size, and its connections end with the gateway.
      [customFetch]: async (address, { headers, signal }) => {
        const request = { method: 'GET' as const, headers: Object.fromEntries(headers) };
        const { status, bytes } = await http.exchange(new URL(address), request, signal);
        return new Response(decodeUtf8(bytes), { status });
      },
    });
  }

  /**
   * The key for such a signature, as PEM; null when the issuer has none. Rejects with an `UpstreamError` when that cannot be
   * known.
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

  /** The key that was last found for such a signature, at once. */
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
      // No such key, several that fit, or one that cannot be used.
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

/** Keys of two kinds may have the same id, or none. */
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

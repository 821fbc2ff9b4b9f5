import { decodeJwt, decodeProtectedHeader } from 'jose';
import { UpstreamError } from '../errors.ts';
import { bearerTokenOf } from '../identity/upstream-identity.ts';
import type { Clock } from '../lib/clock.ts';
import type { SignatureHeader, SigningKeys } from './signing-keys.ts';

/** Asymmetric algorithms only, so that the key which verifies a signature is no secret. */
export const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
] as const;

/** Clocks differ: a token is accepted this long before it becomes valid and after it expires. */
export const CLOCK_TOLERANCE_SECONDS = 5;

/** Claims that a token must have. */
interface ExpectedClaims {
  readonly issuer: string;
  readonly audience: string;
}

/** Selects the tokens (JWTs) worth verifying, and provides the keys to verify them. */
export class SignedTokens {
  readonly expected: ExpectedClaims;
  readonly #clock: Clock;
  readonly #keys: SigningKeys;
  readonly #failures = new WeakMap<Request, UpstreamError>();

  constructor(clock: Clock, keys: SigningKeys, expected: ExpectedClaims) {
    this.#clock = clock;
    this.#keys = keys;
    this.expected = expected;
  }

  /**
   * Bearer token of a request when its header names a key of the issuer; null otherwise, also while the keys are
   * unavailable: see `failureOf`.
   */
  async in(request: Request): Promise<string | null> {
    const token = bearerTokenOf(request.headers.get('authorization'));
    const header = token === null ? null : headerOf(token);
    if (header === null) return null;
    try {
      return (await this.#keys.find(header)) === null ? null : token;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      this.#failures.set(request, error);
      return null;
    }
  }

  /** PEM key for a signature header with which `in` has just found a token. */
  keyFor(header: SignatureHeader): string | undefined {
    return this.#keys.found(header);
  }

  /** Error that kept the token of a request from being checked. */
  failureOf(request: Request): UpstreamError | undefined {
    return this.#failures.get(request);
  }

  /** Defect of a rejected token, for the log, as far as the token itself shows it. */
  faultOf(token: string): string {
    const header = headerOf(token);
    if (header === null) return 'token of a kind that is not accepted';
    if (this.#keys.found(header) === undefined)
      return 'token signed with a key that its issuer does not have';
    const { exp, nbf, iss, aud } = decodeJwt(token);
    const nowSeconds = this.#clock.epochMs() / 1000;
    if (exp !== undefined && exp + CLOCK_TOLERANCE_SECONDS <= nowSeconds) return 'token has expired';
    if (nbf !== undefined && nbf - CLOCK_TOLERANCE_SECONDS > nowSeconds) return 'token is not valid yet';
    if (iss !== this.expected.issuer) return 'token of another issuer';
    if (![aud].flat().includes(this.expected.audience)) return 'token for another audience';
    return 'signature does not match';
  }
}

/** Null when the text is no token, or requires something that is not supported here. */
function headerOf(token: string): SignatureHeader | null {
  try {
    const { alg, kid, crit } = decodeProtectedHeader(token);
    // Throws unless the claims are an object, which the verifier expects.
    decodeJwt(token);
    if (!algorithms.some((name) => name === alg) || alg === undefined) return null;
    // Extensions that must be understood (RFC 7515, section 4.1.11); none is supported.
    if (crit !== undefined) return null;
    if (kid === undefined) return { alg };
    return typeof kid === 'string' ? { alg, kid } : null;
  } catch {
    return null;
  }
}

import { decodeJwt, decodeProtectedHeader } from 'jose';
import { UpstreamError } from '../errors.ts';
import { bearerTokenOf } from '../identity/upstream-identity.ts';
import type { SignatureHeader, SigningKeys } from './signing-keys.ts';

/** Made with a private key alone, so that what is needed to verify them is no secret. */
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

/** Clocks differ: a token is taken so much before it becomes valid and after it expires. */
export const CLOCK_TOLERANCE_SECONDS = 5;

/** What the claims of a token have to be. */
interface ExpectedClaims {
  readonly issuer: string;
  readonly audience: string;
}

/** Finds the tokens (JWTs) that are worth verifying, and the keys to do it with. */
export class SignedTokens {
  readonly #keys: SigningKeys;
  readonly #expected: ExpectedClaims;
  readonly #failures = new WeakMap<Request, UpstreamError>();

  constructor(keys: SigningKeys, expected: ExpectedClaims) {
    this.#keys = keys;
    this.#expected = expected;
  }

  /**
   * The bearer token of a request if it looks like one that a key of the issuer has signed; null for anything else, also
   * where no key can be had at the moment: see `failureOf`.
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

  /** The key for such a signature, as PEM, where `in` has just found a token with it. */
  keyFor(header: SignatureHeader): string | undefined {
    return this.#keys.found(header);
  }

  /** Why nothing can be said about the token of a request. */
  failureOf(request: Request): UpstreamError | undefined {
    return this.#failures.get(request);
  }

  /** For the log: what is wrong with a token that was not accepted, as far as it says so itself. */
  faultOf(token: string): string {
    const header = headerOf(token);
    if (header === null) return 'no token of a kind that is accepted';
    if (this.#keys.found(header) === undefined) return 'token of a key that its issuer does not have';
    const { exp, nbf, iss, aud } = decodeJwt(token);
    const nowSeconds = Date.now() / 1000;
    if (exp !== undefined && exp + CLOCK_TOLERANCE_SECONDS <= nowSeconds) return 'token has expired';
    if (nbf !== undefined && nbf - CLOCK_TOLERANCE_SECONDS > nowSeconds) return 'token is not valid yet';
    if (iss !== this.#expected.issuer) return 'token of another issuer';
    if (![aud].flat().includes(this.#expected.audience)) return 'token for another audience';
    return 'signature does not hold';
  }
}

/** Null when a token is none, or wants something that is not done here. */
function headerOf(token: string): SignatureHeader | null {
  try {
    const { alg, kid, crit } = decodeProtectedHeader(token);
    // Claims as well: what verifies the token expects an object.
    decodeJwt(token);
    if (!algorithms.some((name) => name === alg) || alg === undefined) return null;
    // An extension that has to be understood (RFC 7515, section 4.1.11), and none is.
    if (crit !== undefined) return null;
    if (kid === undefined) return { alg };
    return typeof kid === 'string' ? { alg, kid } : null;
  } catch {
    return null;
  }
}

import type { ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { listeningForTest } from './listening.ts';

export const ISSUER = 'https://issuer.example/';
export const AUDIENCE = 'campaign-interaction-gateway';

/** A key pair: the private key signs, the JWK is published. */
export interface IssuerKey {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK & { readonly kid: string; readonly alg: string };
}

export async function issuerKey(kid: string, alg = 'ES256'): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Claims or header of a token, with any values: forgers keep to no rules. */
export type Parts = Readonly<Record<string, unknown>>;

/** Claims of a token that is valid for an hour. Undefined claims are left out. */
export function claimsOf(claims: Parts = {}): Parts {
  const now = Math.floor(Date.now() / 1000);
  return { iss: ISSUER, aud: AUDIENCE, sub: 'a-user', iat: now, exp: now + 3600, ...claims };
}

/** A signed token with these claims. `header` overrides `alg` and `kid`, or adds to them. */
export function signed({ privateKey, jwk }: IssuerKey, claims?: Parts, header?: Parts): Promise<string> {
  const said: Record<string, unknown> & { alg: string } = { alg: jwk.alg, kid: jwk.kid, ...header };
  return new SignJWT(claimsOf(claims)).setProtectedHeader(said).sign(privateKey);
}

export interface Issuer {
  /** Settings of a gateway that accepts the issuer's tokens. */
  readonly env: Readonly<Record<string, string>>;
  /** Number of requests for the keys since the last `reads()`. */
  readonly reads: () => number;
  /** Replaces the published keys. */
  readonly publish: (...keys: readonly IssuerKey[]) => void;
  /** Replaces the answer of the endpoint. */
  readonly answer: (how: (response: ServerResponse) => void) => void;
}

/** An issuer with a real HTTP server for its keys, closed with the test. */
export async function issuerForTest(...keys: readonly IssuerKey[]): Promise<Issuer> {
  let reads = 0;
  let respond: (response: ServerResponse) => void;
  const issuer: Omit<Issuer, 'env'> = {
    reads() {
      const count = reads;
      reads = 0;
      return count;
    },
    publish(...published) {
      respond = (response) => response.end(JSON.stringify({ keys: published.map(({ jwk }) => jwk) }));
    },
    answer(how) {
      respond = how;
    },
  };
  issuer.publish(...keys);
  const url = await listeningForTest((_request, response) => {
    reads += 1;
    respond(response);
  });
  return {
    ...issuer,
    env: { AUTH_JWKS_URL: `${url}/keys`, AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE },
  };
}

import { type JWTExtendContextFields, useJWT } from '@graphql-yoga/plugin-jwt';
import type { Plugin } from 'graphql-yoga';
import { algorithms, CLOCK_TOLERANCE_SECONDS, type SignedTokens } from '../auth/signed-tokens.ts';
import type { SignatureHeader } from '../auth/signing-keys.ts';

export interface SignedTokensOptions {
  /** What the claim `iss` has to be. */
  readonly issuer: string;
  /** What the claim `aud` has to be or to hold. */
  readonly audience: string;
  readonly tokens: SignedTokens;
}

/** What Yoga's context has of a request whose token holds. */
export interface SignedTokensContext {
  jwt?: JWTExtendContextFields;
}

/**
 * Verifies the tokens that callers send, before anything else of a request is looked at. The claims of one that holds are in
 * Yoga's context as `jwt.payload`; of any other it is as if it had not been sent, for a request is never refused as a whole.
 */
export function useSignedTokens(options: SignedTokensOptions): Plugin<SignedTokensContext> {
  const { issuer, audience, tokens } = options;
  // Of a token whose key cannot be had the plugin would make an HTTP 500. Those are sorted out below, but for one whose key
  // was withdrawn since: no signature is verified by what is no key.
  const keyFor = (header: SignatureHeader, callback: (error: null, key: string) => void) =>
    callback(null, tokens.keyFor(header) ?? 'no key');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the plugin asks for a key by its id alone, which two keys can share; what it is given goes on to jsonwebtoken, which takes a function too
  const byHeader = keyFor as unknown as string;
  const plugin = useJWT({
    tokenLookupLocations: [
      async ({ request }) => {
        const token = await tokens.in(request);
        return token === null ? undefined : { token };
      },
    ],
    signingKeyProviders: [() => byHeader],
    tokenVerification: {
      algorithms: [...algorithms],
      issuer,
      audience,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    },
    reject: { missingToken: false, invalidToken: false },
  });
  return {
    ...plugin,
    onYogaInit({ yoga }) {
      // What callers send wrongly is in the request's own line of the log; anybody could fill it with warnings.
      const logger = { ...yoga.logger, warn: yoga.logger.debug };
      plugin.onYogaInit?.({ yoga: Object.create(yoga, { logger: { value: logger } }) });
    },
  };
}

import { type JWTExtendContextFields, useJWT } from '@graphql-yoga/plugin-jwt';
import type { Plugin } from 'graphql-yoga';
import { algorithms, CLOCK_TOLERANCE_SECONDS, type SignedTokens } from '../auth/signed-tokens.ts';
import type { SignatureHeader } from '../auth/signing-keys.ts';

/** Part of Yoga's context for a request with a valid token. */
export interface SignedTokensContext {
  jwt?: JWTExtendContextFields;
}

/**
 * Verifies callers' tokens before the body of a request is read. The claims of a valid token are in Yoga's context as
 * `jwt.payload`. Any other token is ignored, because a request is never refused as a whole.
 */
export function useSignedTokens(tokens: SignedTokens): Plugin<SignedTokensContext> {
  const { issuer, audience } = tokens.expected;
  // The plugin answers HTTP 500 when it gets no key. Tokens without a key are left out below, except when the key was
  // withdrawn since then: `no key` verifies no signature.
  const keyFor = (header: SignatureHeader, callback: (error: null, key: string) => void) =>
    callback(null, tokens.keyFor(header) ?? 'no key');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the plugin looks a key up by its id alone, which two keys can share; it passes the result to jsonwebtoken, which accepts a function too
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
      // The request's own log line names a token's fault. With warnings, any client could fill the log.
      const logger = { ...yoga.logger, warn: yoga.logger.debug };
      plugin.onYogaInit?.({ yoga: Object.create(yoga, { logger: { value: logger } }) });
    },
  };
}

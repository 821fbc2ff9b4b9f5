import { readKeySet } from '../../auth/signing-keys.ts';
import { usableKeysIn } from '../../auth/usable-keys.ts';
import { algorithms } from '../../auth/signed-tokens.ts';
import { UpstreamError } from '../../errors.ts';
import type { Transport } from '../../upstream/http/transport.ts';
import { describeFailure } from '../probing/describe-failure.ts';
import { finding, type Finding } from '../probing/finding.ts';
import type { Patience } from '../probing/patience.ts';

const advice =
  'Check that AUTH_JWKS_URL is the address of the signing keys (JWKS) of the issuer in AUTH_ISSUER.';

/**
 * Tells whether the keys that callers' tokens are signed with can be read, and are of use.
 *
 * @param jwksUrl Address of the keys.
 * @param hasOtherCallers True when callers may come with API keys as well.
 */
export async function checkSigningKeys(
  jwksUrl: string,
  hasOtherCallers: boolean,
  transport: Transport,
  patience: Patience,
): Promise<Finding> {
  const name = 'signing-keys';
  const { host } = new URL(jwksUrl);
  const useless = (why: string, more: string | null = null) =>
    finding(name, 'fail', `${why} Callers with tokens are refused.`, {
      result: hasOtherCallers ? 'works with less' : 'does not work',
      facts: { host },
      advice: more ?? advice,
    });
  try {
    const keySet = await patience.step((signal) => readKeySet(new URL(jwksUrl), transport, signal));
    const usable = await usableKeysIn(keySet, algorithms);
    const all = keySet.keys.length;
    if (usable === 0) {
      return useless(
        `None of the ${all} keys of ${host} can be used: a key needs an id (kid), and an algorithm out of ${algorithms.join(', ')}.`,
      );
    }
    const facts = { host, keys: all, usable };
    return finding(name, 'ok', `${usable} of the ${all} keys of ${host} can be used.`, { facts });
  } catch (error) {
    if (error instanceof UpstreamError) {
      const { why, advice: more } = describeFailure(error);
      return useless(`The keys of callers' tokens cannot be read from ${host}: ${why}.`, more);
    }
    // Errors of jose, whose texts quote nothing.
    if (error instanceof Error) {
      return useless(`${host} answers, but not with signing keys: ${error.message}.`);
    }
    throw error;
  }
}

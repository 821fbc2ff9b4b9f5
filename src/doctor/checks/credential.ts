import { isObject } from '../../datasources/wire/wire-record.ts';
import type { UpstreamRequest } from '../../upstream/request.ts';
import { describeFailure } from '../probing/describe-failure.ts';
import { finding, type Finding } from '../probing/finding.ts';
import type { ProbeOutcome, UpstreamCalls } from '../probing/upstream-calls.ts';

/** Tells whose a token is, for any kind of credential, and needs no permission. Source: the vendor's SDK. */
export const contactRequest: UpstreamRequest = {
  resource: 'tokens',
  permissions: [],
  keys: 0,
  method: 'GET',
  path: '/api/v2/tokens/me',
  // The doctor is no user whose idle time begins anew.
  query: [['preserveIdleTTL', 'true']],
};

export function askForCredential(calls: UpstreamCalls, token: string): Promise<ProbeOutcome> {
  return calls.ask(contactRequest, token);
}

/**
 * Tells whether the API accepts the credential.
 *
 * @param what The credential, such as "the access token".
 * @param advice What to do when it is not accepted.
 * @param accepted Number of other answers that show it to be.
 */
export function toldOfCredential(
  { body, error, withheld, withinMs }: ProbeOutcome,
  what: string,
  advice: string,
  accepted: number,
): Finding {
  const name = 'credential';
  if (error === null && withheld === null) {
    const organisation = organisationIn(body);
    const whose = organisation === null ? '' : ` It belongs to the organisation ${organisation}.`;
    return finding(name, 'ok', `The API accepts ${what}.${whose}`, {
      facts: organisation === null ? {} : { organisation },
    });
  }
  if (error?.failure.code === 'UNAUTHENTICATED') {
    const message = `The API does not accept ${what} (status 401): it has expired, was revoked, or belongs to another region.`;
    return finding(name, 'fail', message, { advice });
  }
  if (accepted > 0) return finding(name, 'ok', `The API accepts ${what}.`);
  if (error !== null && error.failure.code !== 'UPSTREAM_RATE_LIMITED') {
    const { why, correlationId } = describeFailure(error, withinMs);
    const message = `No call with ${what} got a usable answer. The first one failed: ${why}.`;
    return finding(name, 'fail', message, { facts: { correlationId } });
  }
  const why =
    error === null
      ? `it was not asked, because ${withheld ?? 'there was no time'}`
      : describeFailure(error, withinMs).why;
  const retry =
    error !== null && 'retryAfterSeconds' in error.failure ? error.failure.retryAfterSeconds : null;
  return finding(name, 'could not tell', `Whether the API accepts ${what} is not known: ${why}.`, {
    advice: error === null ? null : `Try again in ${retry ?? 60} s.`,
  });
}

/** Name of the organisation in an answer; null for one that should not get to a terminal. */
function organisationIn(body: unknown): string | null {
  const { organization }: { organization?: unknown } = isObject(body) ? body : {};
  const { name }: { name?: unknown } = isObject(organization) ? organization : {};
  return typeof name === 'string' && /^[\p{L}\p{N}\p{M} .,&'()_/-]{1,100}$/u.test(name)
    ? JSON.stringify(name)
    : null;
}

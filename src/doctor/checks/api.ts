import type { UpstreamError } from '../../errors.ts';
import { adviceFor, describeFailure } from '../probing/describe-failure.ts';
import { finding, type Finding } from '../probing/finding.ts';
import type { ProbeOutcome, UpstreamCalls } from '../probing/upstream-calls.ts';
import { contactRequest } from './credential.ts';

/** Makes contact with the API, without a credential: whatever it says, it is reached, and its clock is known. */
export function contactApi(calls: UpstreamCalls): Promise<ProbeOutcome> {
  return calls.ask(contactRequest, null);
}

/**
 * Tells whether the API can be reached and answers.
 *
 * @param host Host and port.
 * @param way Way to it, such as "directly".
 * @param hasWorked True when calls with a credential had proper answers since.
 */
export function toldOfApi(
  { error, withheld, withinMs }: ProbeOutcome,
  host: string,
  way: string,
  hasWorked: boolean,
): Finding {
  const name = 'api';
  const reached = `${host} answers, ${way}`;
  if (withheld !== null) return finding(name, 'could not tell', `Not asked, because ${withheld}.`);
  if (error === null || isOrdinary(error)) {
    return finding(name, 'ok', `${reached}.`, { facts: { host } });
  }
  const { why, obstacle, isLate, correlationId, advice: known } = describeFailure(error, withinMs);
  const facts = { host, obstacle, correlationId };
  const advice = isLate ? adviceFor('time') : known;
  if (hasWorked) {
    const message = `${reached}, but not every time. One call failed: ${why}.`;
    return finding(name, 'warn', message, { facts, advice });
  }
  const { upstreamStatus, code } = error.failure;
  if (code === 'UPSTREAM_RATE_LIMITED') {
    const message = `${reached}, but refuses calls for now: ${why}.`;
    return finding(name, 'could not tell', message, { facts, advice: 'Try again in a minute.' });
  }
  if (upstreamStatus === undefined) {
    return finding(name, 'fail', `${host} cannot be used, ${way}: ${why}.`, { facts, advice });
  }
  const isForeign = code === 'UPSTREAM_BAD_RESPONSE' || code === 'FORBIDDEN';
  return finding(name, 'fail', `${reached}, but not as it should: ${why}.`, {
    facts,
    advice: isForeign
      ? 'GENESYSCLOUD_REGION or GENESYSCLOUD_API_URL may be wrong, or a proxy or a firewall answers in place of the API.'
      : null,
  });
}

/** True for the answer that a call without a credential should have. */
function isOrdinary({ failure }: UpstreamError): boolean {
  return failure.code === 'UNAUTHENTICATED';
}

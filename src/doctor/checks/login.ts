import type { Credentials } from '../../identity/credentials.ts';
import { requestGrant } from '../../upstream/login/service-login.ts';
import { ofLogin } from '../../upstream/login/login-failure.ts';
import { UpstreamError } from '../../errors.ts';
import { adviceFor, describeFailure } from '../probing/describe-failure.ts';
import { finding, type Finding } from '../probing/finding.ts';
import type { Patience } from '../probing/patience.ts';
import type { UpstreamCalls } from '../probing/upstream-calls.ts';

export type ClientCredentials = Extract<Credentials, { readonly mode: 'client' }>;

/** Login of the OAuth client, tried once. */
export interface LoginOutcome {
  /** Null when there is none. */
  readonly token: string | null;
  readonly finding: Finding;
}

/** Logs in as the gateway would, but without retries: the endpoint is throttled. */
export async function checkLogin(
  client: ClientCredentials,
  calls: UpstreamCalls,
  patience: Patience,
): Promise<LoginOutcome> {
  const { host } = new URL(client.tokenUrl);
  try {
    const { token } = await patience.step((signal) =>
      requestGrant(calls.counted, { ...client, clock: patience.clock }, signal),
    );
    const message = `The OAuth client of the gateway has logged in at ${host}.`;
    return { token, finding: finding('login', 'ok', message, { facts: { host } }) };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { token: null, finding: failed(error, host) };
  }
}

function failed(error: UpstreamError, host: string): Finding {
  const described = describeFailure(error);
  const { code, upstreamStatus, message } = ofLogin(error).failure;
  const { why, obstacle, isLate, correlationId } = described;
  const facts = { host, obstacle, correlationId };
  if (upstreamStatus === undefined) {
    return finding('login', 'fail', `The login service ${host} cannot be used: ${why}.`, {
      advice: isLate ? adviceFor('time') : described.advice,
      facts,
    });
  }
  const text = `No login at ${host}: ${message} (status ${upstreamStatus}).`;
  if (code === 'UPSTREAM_RATE_LIMITED') {
    return finding('login', 'could not tell', text, {
      facts,
      advice: 'Logins are throttled: try again in a minute. The gateway itself logs in about once a day.',
    });
  }
  return finding('login', 'fail', text, {
    facts,
    advice:
      code === 'UNAUTHENTICATED'
        ? 'Compare GENESYSCLOUD_OAUTHCLIENT_ID, GENESYSCLOUD_OAUTHCLIENT_SECRET and the region with the OAuth client, whose grant type has to be Client Credentials.'
        : code === 'UPSTREAM_BAD_RESPONSE'
          ? 'Check GENESYSCLOUD_REGION or GENESYSCLOUD_LOGIN_URL.'
          : null,
  });
}

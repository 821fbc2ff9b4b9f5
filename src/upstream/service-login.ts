import { UpstreamError } from '../errors.ts';
import { deadlineIn, unlessAborted, withinDeadline } from './deadline.ts';
import { errorFromAnswer } from './error-answer.ts';
import type { Http } from './http.ts';
import { identityKeyOf, type UpstreamIdentity } from './identity.ts';

export interface ServiceLoginOptions {
  /** The token endpoint, such as `https://login.mypurecloud.ie/oauth/token`. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The longest that one login may take. */
  readonly timeoutMs: number;
}

/** A token is given up this long before it expires, so that none expires on its way. */
const RENEW_BEFORE_EXPIRY_MS = 60_000;
/** A secret that was refused is not tried again before: the endpoint is throttled, and nothing changes that fast. */
const REFUSED_FOR_MS = 5_000;
/** The vendor throttles its token endpoint with a 400 that is no bad credential. */
const THROTTLED = /rate limit exceeded/i;

interface Grant {
  readonly token: string;
  readonly renewAtMs: number;
}

/**
 * The identity of an OAuth client (client credentials). One login serves all concurrent requests and is renewed before
 * it expires. There is no refresh token: renewing is asking again.
 */
export function serviceLogin(http: Http, options: ServiceLoginOptions): UpstreamIdentity {
  let grant: Grant | undefined;
  let login: Promise<Grant> | undefined;
  let refusal: { readonly error: UpstreamError; readonly untilMs: number } | undefined;

  /** No caller's signal in here: a request that goes away must not take the login from the others. */
  function renew(): Promise<Grant> {
    login ??= withinDeadline(
      deadlineIn(options.timeoutMs, new AbortController().signal),
      options.timeoutMs,
      (signal) => requestGrant(http, options, signal),
    )
      .then((granted) => (grant = granted))
      .catch((error: unknown) => {
        if (error instanceof UpstreamError && error.failure.code === 'UNAUTHENTICATED') {
          refusal = { error, untilMs: performance.now() + REFUSED_FOR_MS };
        }
        throw error;
      })
      .finally(() => (login = undefined));
    return login;
  }

  return {
    key: identityKeyOf('client', options.clientId, options.clientSecret),
    async token(signal) {
      if (grant !== undefined && performance.now() < grant.renewAtMs) return grant.token;
      if (refusal !== undefined && performance.now() < refusal.untilMs) throw refusal.error;
      return (await unlessAborted(renew(), signal)).token;
    },
    rejected(token) {
      // Another call may have renewed it meanwhile; then the new one is worth a try as well.
      if (grant?.token === token) grant = undefined;
      return true;
    },
  };
}

async function requestGrant(http: Http, options: ServiceLoginOptions, signal: AbortSignal): Promise<Grant> {
  const { status, headers, text } = await http.exchange(
    new URL(options.tokenUrl),
    {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Basic ${Buffer.from(`${options.clientId}:${options.clientSecret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    },
    signal,
  );
  if (status === 400 && THROTTLED.test(text)) {
    const { failure } = errorFromAnswer(429, headers, text);
    throw new UpstreamError({ ...failure, upstreamStatus: status });
  }
  if (status === 400 || status === 401) {
    const { failure } = errorFromAnswer(401, headers, text);
    const message = "the upstream did not accept the gateway's own login";
    throw new UpstreamError({ ...failure, message, upstreamStatus: status });
  }
  if (status !== 200) throw errorFromAnswer(status, headers, text);
  const { token, expiresInSeconds } = parseGrant(text);
  return {
    token,
    renewAtMs: performance.now() + Math.max(expiresInSeconds * 1000 - RENEW_BEFORE_EXPIRY_MS, 0),
  };
}

function parseGrant(text: string): { token: string; expiresInSeconds: number } {
  const body = parseObject(text);
  if (typeof body.access_token !== 'string') {
    const message = 'the upstream answered a login with something that cannot be read';
    throw new UpstreamError({ code: 'UPSTREAM_BAD_RESPONSE', message, upstreamStatus: 200 });
  }
  const expiresIn = Number(body.expires_in);
  // Without a lifetime the token serves until the upstream refuses it.
  return { token: body.access_token, expiresInSeconds: expiresIn > 0 ? expiresIn : Infinity };
}

function parseObject(text: string): { access_token?: unknown; expires_in?: unknown } {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}

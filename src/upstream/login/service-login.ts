import { UpstreamError } from '../../errors.ts';
import type { Signal } from '../../lib/signal.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { unlessAborted, withinTime } from '../../lib/deadline.ts';
import { errorFromAnswer } from '../http/error-answer.ts';
import type { Http } from '../http/http.ts';
import {
  bearerTokenOf,
  derivedFrom,
  identityKeyOf,
  type UpstreamIdentity,
} from '../../identity/upstream-identity.ts';
import { persistently } from '../retry.ts';

/** How long logins may take, and until when there are any. */
export interface LoginLimits {
  /** The longest that one attempt may take. */
  readonly timeoutMs: number;
  /** The longest that all attempts of one login may take, with the pauses between them. */
  readonly patienceMs: number;
  /** Aborts, with an `UpstreamError`, when the gateway is shut down. */
  readonly closing: AbortSignal;
}

export interface ServiceLoginOptions extends LoginLimits {
  /** The token endpoint, such as `https://login.mypurecloud.ie/oauth/token`. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** More than for calls: without it nothing works at all, and all who wait share it. */
const MAX_RETRIES = 4;
/** A new token is asked for this long before the old one expires, while that still serves. */
const RENEW_BEFORE_EXPIRY_MS = 60_000;
/** A token is given up this long before it expires, so that none expires on its way. */
const TRAVEL_MS = 10_000;
/** A secret that was refused is not tried again before: the endpoint is throttled, and nothing changes that fast. */
const REFUSED_FOR_MS = 5_000;
/** How long the endpoint is left alone when it went on throttling without naming a time. */
const THROTTLED_FOR_MS = 1_000;
/** Nor is it believed that it wants to be left alone for longer. */
const LONGEST_THROTTLED_MS = 600_000;
/** The vendor throttles its token endpoint with a 400 that is no bad credential. */
const THROTTLED = /rate limit exceeded/i;

interface Grant {
  readonly token: string;
  /** From then on a new one is asked for in the background. */
  readonly renewAtMs: number;
  /** From then on it does not serve any more. */
  readonly endsAtMs: number;
}

/**
 * The identity of an OAuth client (client credentials). One login serves all concurrent requests and is renewed before
 * it expires, by a request that comes late in its life and does not wait for it. There is no refresh token: renewing is
 * asking again.
 */
export function serviceLogin(http: Http, options: ServiceLoginOptions): UpstreamIdentity {
  const { timeoutMs, patienceMs, closing } = options;
  let grant: Grant | undefined;
  let login: Promise<Grant> | undefined;
  let refusal: { readonly error: UpstreamError; readonly untilMs: number } | undefined;

  /** No caller's signal in here: a request that goes away must not take the login from the others. */
  function renew(): Promise<Grant> {
    const latestMs = performance.now() + patienceMs;
    login ??= persistently({ maxRetries: MAX_RETRIES, latestMs: () => latestMs, signal: closing }, () =>
      withinTime(Math.min(timeoutMs, latestMs - performance.now()), closing, (signal) =>
        requestGrant(http, options, signal),
      ),
    )
      .then((granted) => (grant = granted))
      .catch((error: unknown) => {
        if (!(error instanceof UpstreamError)) throw error;
        const failed = error.of('login');
        refusal = rejectionOf(failed);
        throw failed;
      })
      .finally(() => (login = undefined));
    return login;
  }

  return {
    key: identityKeyOf('client', options.clientId, options.clientSecret),
    async token(signal) {
      const nowMs = performance.now();
      const mayAsk = refusal === undefined || nowMs >= refusal.untilMs;
      if (grant !== undefined && nowMs < grant.endsAtMs) {
        // Whether it fails is for those to hear who find no token any more.
        if (nowMs >= grant.renewAtMs && mayAsk) void renew().catch(() => undefined);
        return grant.token;
      }
      if (!mayAsk) throw refusal?.error;
      return (await unlessAborted(renew(), signal)).token;
    },
    rejected(token) {
      // Another call may have renewed it meanwhile; then the new one is worth a try as well.
      if (grant?.token === token) grant = undefined;
      return true;
    },
    derived: (purpose, salt) =>
      derivedFrom('client', [options.clientId, options.clientSecret], purpose, salt),
  };
}

/** Until when a failed login is not tried again by the next who needs one; undefined when it is at once. */
function rejectionOf(error: UpstreamError): { error: UpstreamError; untilMs: number } | undefined {
  const { failure } = error;
  const nowMs = performance.now();
  if (failure.code === 'UNAUTHENTICATED') return { error, untilMs: nowMs + REFUSED_FOR_MS };
  if (failure.code !== 'UPSTREAM_RATE_LIMITED') return undefined;
  const { retryAfterSeconds } = failure;
  return {
    error,
    untilMs:
      nowMs +
      (retryAfterSeconds === undefined
        ? THROTTLED_FOR_MS
        : Math.min(retryAfterSeconds * 1000, LONGEST_THROTTLED_MS)),
  };
}

async function requestGrant(http: Http, options: ServiceLoginOptions, signal: Signal): Promise<Grant> {
  const { status, headers, bytes } = await http.exchange(
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
  const text = decodeUtf8(bytes);
  if (status === 400 && THROTTLED.test(text)) {
    const { failure } = errorFromAnswer(429, headers, text);
    throw new UpstreamError({ ...failure, upstreamStatus: status }, { isTransient: true });
  }
  if (status === 400 || status === 401) {
    const { failure } = errorFromAnswer(401, headers, text);
    const message = "the upstream did not accept the gateway's own login";
    throw new UpstreamError({ ...failure, message, upstreamStatus: status });
  }
  if (status !== 200) throw errorFromAnswer(status, headers, text);
  const { token, expiresInSeconds } = parseGrant(text);
  const lifeMs = expiresInSeconds * 1000;
  const nowMs = performance.now();
  return {
    token,
    renewAtMs: nowMs + lifeMs - Math.min(RENEW_BEFORE_EXPIRY_MS, lifeMs / 2),
    endsAtMs: nowMs + lifeMs - Math.min(TRAVEL_MS, lifeMs / 4),
  };
}

function parseGrant(text: string): { token: string; expiresInSeconds: number } {
  const body = parseObject(text);
  if (typeof body.access_token !== 'string' || bearerTokenOf(`Bearer ${body.access_token}`) === null) {
    const message = 'the upstream answered a login with something that cannot be read';
    throw new UpstreamError({ code: 'UPSTREAM_BAD_RESPONSE', message, upstreamStatus: 200 });
  }
  const expiresIn = Number(body.expires_in);
  // Without a ttl the token serves until the upstream refuses it.
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

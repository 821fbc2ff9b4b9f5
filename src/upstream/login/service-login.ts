import { UpstreamError } from '../../errors.ts';
import type { Signal } from '../../lib/signal.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Clock } from '../../lib/clock.ts';
import { unlessAborted, withinTime } from '../../lib/deadline.ts';
import type { Transport } from '../http/transport.ts';
import {
  bearerTokenOf,
  derivedFrom,
  identityKeyOf,
  type UpstreamIdentity,
} from '../../identity/upstream-identity.ts';
import { retry } from '../retry.ts';
import { loginFailureOf, ofLogin } from './login-failure.ts';

/** Time limits of logins, and the signal that ends them. */
export interface LoginLimits {
  readonly clock: Clock;
  /** Upper bound for one attempt. */
  readonly timeoutMs: number;
  /** Upper bound for all attempts of one login, with the pauses between them. */
  readonly patienceMs: number;
  /** Aborts, with an `UpstreamError`, when the gateway shuts down. */
  readonly closing: AbortSignal;
}

export interface ServiceLoginOptions extends LoginLimits {
  /** Token endpoint, such as `https://login.mypurecloud.ie/oauth/token`. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** More retries than for calls: nothing works without a login, and all waiting requests share it. */
const MAX_RETRIES = 4;
/** A new token is requested this long before the old one expires; the old one serves meanwhile. */
const RENEW_BEFORE_EXPIRY_MS = 60_000;
/** A token is no longer used this long before it expires, so that none expires in transit. */
const TRAVEL_MS = 10_000;
/** A rejected secret is not tried again for this long: the endpoint is throttled, and nothing changes that fast. */
const REFUSED_FOR_MS = 5_000;
/** Pause when the endpoint still throttles after all retries and names no time. */
const THROTTLED_FOR_MS = 1_000;
/** Upper bound for the pause that the endpoint names. */
const LONGEST_THROTTLED_MS = 600_000;
/** Lifetime of a token that names none, or an empty one, as a tool of the vendor was seen to: the usual one. */
const USUAL_LIFE_SECONDS = 86_400;

interface Grant {
  readonly token: string;
  /** Time from which a new token is requested in the background. */
  readonly renewAtMs: number;
  /** Time from which the token is no longer used. */
  readonly endsAtMs: number;
}

/**
 * Identity of an OAuth client (client credentials). One login serves all concurrent requests. The first request
 * shortly before expiry renews the login, and does not wait for it. There is no refresh token: renewal is a new login.
 */
export function serviceLogin(transport: Transport, options: ServiceLoginOptions): UpstreamIdentity {
  const { clock, timeoutMs, patienceMs, closing } = options;
  let grant: Grant | undefined;
  let login: Promise<Grant> | undefined;
  let refusal: { readonly error: UpstreamError; readonly untilMs: number } | undefined;

  /** Takes no caller's signal: a request that goes away must not end the login for the others. */
  function renew(): Promise<Grant> {
    const latestMs = clock.now() + patienceMs;
    login ??= retry({ clock, maxRetries: MAX_RETRIES, latestMs: () => latestMs, signal: closing }, () =>
      withinTime(clock, Math.min(timeoutMs, latestMs - clock.now()), closing, (signal) =>
        requestGrant(transport, options, signal),
      ),
    )
      .then((granted) => (grant = granted))
      .catch((error: unknown) => {
        if (!(error instanceof UpstreamError)) throw error;
        const failed = ofLogin(error);
        refusal = loginRejectionOf(failed, clock.now());
        throw failed;
      })
      .finally(() => (login = undefined));
    return login;
  }

  return {
    key: identityKeyOf('client', options.clientId, options.clientSecret),
    async token(signal) {
      const nowMs = clock.now();
      const mayAsk = refusal === undefined || nowMs >= refusal.untilMs;
      if (grant !== undefined && nowMs < grant.endsAtMs) {
        // A failed renewal is reported only to requests that find no token.
        if (nowMs >= grant.renewAtMs && mayAsk) void renew().catch(() => undefined);
        return grant.token;
      }
      if (!mayAsk) throw refusal?.error;
      return (await unlessAborted(renew(), signal)).token;
    },
    rejected(token) {
      // Another call may have renewed the token meanwhile; the new one is worth a try as well.
      if (grant?.token === token) grant = undefined;
      return true;
    },
    derived: (purpose, salt) =>
      derivedFrom('client', [options.clientId, options.clientSecret], purpose, salt),
  };
}

/** Failed login and the end of the pause after it; undefined when the next request may log in at once. */
function loginRejectionOf(
  error: UpstreamError,
  nowMs: number,
): { error: UpstreamError; untilMs: number } | undefined {
  const { failure } = error;
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

/** One attempt of a login. Rejects with an `UpstreamError`, whose text may be one of the upstream: see `ofLogin`. */
export async function requestGrant(
  transport: Transport,
  options: Pick<ServiceLoginOptions, 'tokenUrl' | 'clientId' | 'clientSecret' | 'clock'>,
  signal: Signal,
): Promise<Grant> {
  const { status, headers, bytes } = await transport.exchange(
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
  const receivedAtMs = options.clock.epochMs();
  if (status !== 200) throw loginFailureOf(status, headers, text, receivedAtMs);
  const { token, expiresInSeconds } = parseGrant(text);
  const lifeMs = expiresInSeconds * 1000;
  const nowMs = options.clock.now();
  return {
    token,
    renewAtMs: nowMs + lifeMs - Math.min(RENEW_BEFORE_EXPIRY_MS, lifeMs / 2),
    endsAtMs: nowMs + lifeMs - Math.min(TRAVEL_MS, lifeMs / 4),
  };
}

function parseGrant(text: string): { token: string; expiresInSeconds: number } {
  const body = parseObject(text);
  if (typeof body.access_token !== 'string' || bearerTokenOf(`Bearer ${body.access_token}`) === null) {
    const message =
      'the login service gave an answer that cannot be read: the configured region or URL may be wrong';
    throw new UpstreamError({ code: 'UPSTREAM_BAD_RESPONSE', message, upstreamStatus: 200 });
  }
  const expiresIn = Number(body.expires_in);
  // A token that ends earlier is rejected, and replaced then.
  return { token: body.access_token, expiresInSeconds: expiresIn > 0 ? expiresIn : USUAL_LIFE_SECONDS };
}

function parseObject(text: string): { access_token?: unknown; expires_in?: unknown } {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}

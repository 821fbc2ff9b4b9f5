import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import { ApiError, rateLimited } from './api-error.ts';
import { createFaultDraw, NO_FAULTS } from './draw-faults.ts';
import type { Fault, RecordedRequest } from './fault.ts';
import { generateOrganisation } from './generate-organisation.ts';
import { login } from './login.ts';
import type { Organisation } from './organisation.ts';
import type { ProfileName } from './profile-names.ts';
import { PROFILES, type Profile } from './profiles.ts';
import type { Sandbox, SandboxOptions } from './sandbox-options.ts';
import { createRandom } from './random.ts';
import { createRateLimiter } from './rate-limit.ts';
import { receiveBody, receiveRequest } from './receive-request.ts';
import { respond, type Answer } from './respond.ts';
import { requirePermission, type Route } from './route.ts';
import { createTokens } from './tokens.ts';

export type { Sandbox };

/** Options for the tests of the gateway, which invent organisations and routes. */
export interface FullSandboxOptions extends SandboxOptions {
  /** @default generateOrganisation(seed) */
  readonly organisation?: Organisation;
  /** Further routes of the API. @default none */
  readonly routes?: readonly Route[];
}

/**
 * Starts an HTTP server that plays the vendor's API, with its traps.
 *
 * Faults strike after the token check and the rate limit: an API request without a valid token always gets 401, and one
 * beyond the rate limit always 429. Faults of the options come before those of the profile.
 *
 * @throws {Error} of `listen`, such as EADDRINUSE.
 */
export async function startSandbox(options: FullSandboxOptions = {}): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 0, seed = 1, now = Date.now, latencyMs = 0 } = options;
  const { recordedRequests = Infinity, routes = [] } = options;
  const { clientId = 'sandbox', clientSecret = 'sandbox', tokenLifetimeSeconds = 86_400 } = options;
  const organisation = options.organisation ?? generateOrganisation(seed);
  const tokens = createTokens({ accepted: options.tokens ?? [], ttlSeconds: tokenLifetimeSeconds, now });
  const rateLimit = options.rateLimit ?? { allowed: 300, windowSeconds: 60 };
  const limiter = createRateLimiter(rateLimit, now);
  const requests: RecordedRequest[] = [];
  const answered = new Map<number, number>();
  const faults: Fault[] = [...(options.faults ?? [])];
  let profileFaults: readonly Fault[] = [];
  let shown = organisation;
  const draw = createFaultDraw(createRandom(seed));
  const drawFaults = (request: RecordedRequest) => draw([...faults, ...profileFaults], request);
  const closing = new AbortController();
  useProfile(options.profile ?? null);

  function useProfile(name: ProfileName | null): void {
    const profile: Profile | null = name === null ? null : PROFILES[name];
    // Copies, because counts belong to the fault object and must start from zero.
    profileFaults = (profile?.faults ?? []).map((fault) => ({ ...fault }));
    shown = profile?.organisation?.(organisation) ?? organisation;
    limiter.use(profile?.rateLimit ?? rateLimit);
  }

  const server = createServer((message, response) => {
    // Expected here: a broken connection, or a delay that close aborted.
    handle(message, response).catch(() => response.destroy());
  });

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const contextId = randomUUID();
    const { request, match, isCounted } = receiveRequest(message, routes);
    if (isCounted && requests.push(request) > recordedRequests) requests.shift();
    let answer: Answer;
    let headers = { 'ININ-Correlation-Id': contextId };
    let drawn = NO_FAULTS;
    try {
      const text = await receiveBody(message, request);
      if (match === null) {
        drawn = drawFaults(request);
        answer = {
          ...login(message.headers.authorization, text, { clientId, clientSecret, tokens }),
          headers,
        };
      } else {
        const owner = tokens.authenticate(request.token);
        const verdict = limiter.count(owner.token);
        headers = { ...headers, ...verdict.headers };
        if (verdict.exceeded) throw rateLimited(verdict.resetSeconds);
        drawn = drawFaults(request);
        if (match instanceof ApiError) throw match;
        const { route, params } = match;
        requirePermission(route, owner);
        const call = { ...request, organisation: shown, params, owner, atMs: now(), cut: drawn.cut };
        answer = { status: 200, body: route.handle(call), headers };
      }
    } catch (error) {
      if (message.errored !== null) return;
      const known = error instanceof ApiError ? error : new ApiError(500);
      answer = {
        status: known.status,
        body: known.toBody(contextId),
        headers: { ...headers, ...known.headers },
      };
    }
    const waitMs = latencyMs + drawn.delayMs;
    if (waitMs > 0) await delay(waitMs, undefined, { signal: closing.signal });
    if (response.destroyed) return;
    respond(response, request, answer, drawn, contextId);
    const { status } = request;
    if (isCounted && status !== null) answered.set(status, (answered.get(status) ?? 0) + 1);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    requests,
    answered,
    faults,
    useProfile,
    revoke: (token) => {
      tokens.revoke(token);
    },
    expire: (token) => {
      tokens.expire(token);
    },
    async close() {
      closing.abort();
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

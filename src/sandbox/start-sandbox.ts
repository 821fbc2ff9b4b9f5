import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import { ApiError, rateLimited } from './api-error.ts';
import { createFaultDraw, NO_FAULTS } from './draw-faults.ts';
import type { Fault, RecordedRequest } from './fault.ts';
import { generateOrganisation } from './generate-organisation.ts';
import { login } from './login.ts';
import type { Organisation } from './organisation.ts';
import { createRandom } from './random.ts';
import { createRateLimiter, type RateLimit } from './rate-limit.ts';
import { receiveBody, receiveRequest } from './receive-request.ts';
import { respond, type Answer } from './respond.ts';
import { createTokens } from './tokens.ts';

export interface SandboxOptions {
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** @default 0, any free port */
  readonly port?: number;
  /** @default generateOrganisation(seed) */
  readonly organisation?: Organisation;
  /** For the generated organisation and the faults that strike at a rate. @default 1 */
  readonly seed?: number;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** Waited before every answer. @default 0 */
  readonly latencyMs?: number;
  /** For each access token. @default 300 in 60 seconds */
  readonly rateLimit?: RateLimit;
  /** Access tokens accepted besides those the login issued; they do not expire. */
  readonly tokens?: readonly string[];
  /** Of the tokens the login issues. @default 86400 */
  readonly tokenLifetimeSeconds?: number;
  /** @default 'sandbox' */
  readonly clientId?: string;
  /** @default 'sandbox' */
  readonly clientSecret?: string;
  readonly faults?: readonly Fault[];
  /** How many of the newest requests `requests` keeps. @default all of them */
  readonly recordedRequests?: number;
}

export interface Sandbox {
  /** Base of both the API (`/api/v2/…`) and the login (`/oauth/token`). */
  readonly url: string;
  /** Every request to them in order of arrival. Callers may empty it. */
  readonly requests: RecordedRequest[];
  /** Live: callers add and remove while it runs. */
  readonly faults: Fault[];
  /** From now on this token is answered with 401. */
  revoke(token: string): void;
  /** Ends open connections too, also those a fault left hanging. */
  close(): Promise<void>;
}

/**
 * Starts an upstream to run against: a real HTTP server that speaks the vendor's API, with its traps.
 *
 * Faults strike after the token was checked and counted: a request without a valid token is always 401, and one beyond
 * the rate limit always 429.
 *
 * @throws what listening throws, such as EADDRINUSE.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 0, seed = 1, now = Date.now, latencyMs = 0 } = options;
  const { recordedRequests = Infinity } = options;
  const { clientId = 'sandbox', clientSecret = 'sandbox', tokenLifetimeSeconds = 86_400 } = options;
  const organisation = options.organisation ?? generateOrganisation(seed);
  const tokens = createTokens({ accepted: options.tokens ?? [], lifetimeSeconds: tokenLifetimeSeconds, now });
  const countRequest = createRateLimiter(options.rateLimit ?? { allowed: 300, windowSeconds: 60 }, now);
  const requests: RecordedRequest[] = [];
  const faults: Fault[] = [...(options.faults ?? [])];
  const drawFaults = createFaultDraw(faults, createRandom(seed));
  const closing = new AbortController();

  const server = createServer((message, response) => {
    // What is left to fail here is the connection, or a wait that closing ended.
    handle(message, response).catch(() => response.destroy());
  });

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const contextId = randomUUID();
    const { request, match, isCounted } = receiveRequest(message);
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
        const verdict = countRequest(owner.token);
        headers = { ...headers, ...verdict.headers };
        if (verdict.exceeded) throw rateLimited(verdict.resetSeconds);
        drawn = drawFaults(request);
        if (match instanceof ApiError) throw match;
        const { route, params } = match;
        const call = { ...request, organisation, params, owner, atMs: now() };
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
    if (!response.destroyed) respond(response, request, answer, drawn, contextId);
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;

  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    requests,
    faults,
    revoke: (token) => {
      tokens.revoke(token);
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

import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AllowedOrigins } from './allowed-origins.ts';

/** Answer to a request that the gateway does not begin, or ends early, because others take all there is. */
export interface RefusalReason {
  readonly status: 408 | 503;
  readonly message: string;
}

/** Requests that take all there is are over within seconds. */
const RETRY_AFTER_SECONDS = 1;

export const noConnectionLeft: RefusalReason = {
  status: 503,
  message: 'The gateway has no free connection (MAX_CONNECTIONS). Try again later.',
};

/** Refuses requests in answers that web pages of these origins may read. */
export class Refusals {
  readonly #origins: AllowedOrigins;

  constructor(origins: AllowedOrigins) {
    this.#origins = origins;
  }

  /** Refuses a request of a `node:http` server. A connection on which a body comes slowly is closed. */
  send({ headers: { origin } }: IncomingMessage, response: ServerResponse, reason: RefusalReason): void {
    const headers = { ...headersOf(reason.status === 408), ...this.#permissions(origin) };
    response.writeHead(reason.status, headers).end(bodyOf(reason));
  }

  /** Refusal of a request of the Fetch standard. */
  responseTo({ headers }: Request, reason: RefusalReason): Response {
    return new Response(bodyOf(reason), {
      status: reason.status,
      headers: { ...headersOf(false), ...this.#permissions(headers.get('origin')) },
    });
  }

  #permissions(origin: string | null | undefined): Readonly<Record<string, string>> {
    return { vary: 'Origin', ...this.#origins.headersFor(origin) };
  }
}

/** Message on a connection whose requests are not read at all. */
export function rawRefusalOf(reason: RefusalReason): string {
  const body = bodyOf(reason);
  const headers = { ...headersOf(true), 'content-length': String(body.length) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${reason.status} ${STATUS_CODES[reason.status]}\r\n${lines.join('')}\r\n${body}`;
}

function headersOf(isLast: boolean): Record<string, string> {
  return {
    'retry-after': String(RETRY_AFTER_SECONDS),
    'cache-control': 'private, no-store',
    'content-type': 'application/json; charset=utf-8',
    'x-content-type-options': 'nosniff',
    ...(isLast && { connection: 'close' }),
  };
}

function bodyOf({ message }: RefusalReason): string {
  const extensions = { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: RETRY_AFTER_SECONDS };
  return JSON.stringify({ errors: [{ message, extensions }] });
}

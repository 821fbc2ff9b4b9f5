import type { IncomingMessage, RequestListener } from 'node:http';
import { isLoopback } from '../lib/loopback.ts';

export interface HostCheckOptions {
  /** Address that is listened on. */
  readonly host: string;
  /** Names that requests may be for besides those of loopback, in lower case; null where none were set. */
  readonly allowedHosts: readonly string[] | null;
  /** Whether a request for this may be for any name: who looks after the process knows it by its address. @default none */
  readonly isForAll?: (url: string | undefined) => boolean;
}

/**
 * Lets only requests through that are for a name of the gateway's own, by their Host header. A web page can have its own name
 * resolve to 127.0.0.1 and so come past the browser's same-origin policy (DNS rebinding), but it cannot change the name. Beyond
 * loopback the names have to be set, or any is let through.
 */
export function checkingHost(
  listener: RequestListener,
  { host, allowedHosts, isForAll = () => false }: HostCheckOptions,
): RequestListener {
  const isChecked = isLoopback(host) || allowedHosts !== null;
  const allowed = new Set(allowedHosts);
  return (request, response) => {
    if (!isWellFormed(request)) response.writeHead(400, notToBeKept).end();
    else if (isChecked && !isAllowed(nameIn(request.headers.host), allowed) && !isForAll(request.url)) {
      response.writeHead(403, { ...notToBeKept, 'content-type': 'application/json; charset=utf-8' });
      response.end(refusal);
    } else listener(request, response);
  };
}

/** The URL of a request is made with its Host header, where a malformed one would be an error that nobody handles. */
function isWellFormed({ headers, url = '' }: IncomingMessage): boolean {
  const { host = 'localhost' } = headers;
  return /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d*)?$/i.test(host) && URL.canParse(`http://${host}${url}`);
}

/** Without its port. Without a Host header, as in HTTP/1.0, it is none that could be allowed. */
function nameIn(host = ''): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
}

/** Browsers resolve what ends in .localhost to this machine by themselves (RFC 6761). */
function isAllowed(name: string, allowed: ReadonlySet<string>): boolean {
  return isLoopback(name) || name.endsWith('.localhost') || allowed.has(name);
}

const notToBeKept = { 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' };
const refusal = JSON.stringify({
  errors: [
    {
      message: 'The Host header names no host that this gateway answers for: see its setting ALLOWED_HOSTS.',
      extensions: { code: 'FORBIDDEN' },
    },
  ],
});

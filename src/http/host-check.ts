import type { IncomingMessage, RequestListener } from 'node:http';
import { isLoopback } from '../lib/loopback.ts';

export interface HostCheckOptions {
  /** Address that the server listens on. */
  readonly host: string;
  /** Host names accepted besides those of loopback, in lower case; null when not set. */
  readonly allowedHosts: readonly string[] | null;
  /** True when any name is accepted for this URL: health probes know the process by its address. @default none */
  readonly isForAll?: (url: string | undefined) => boolean;
}

/**
 * Rejects requests whose Host header is no name of the gateway. A web page can have its own name resolve to 127.0.0.1 and so
 * bypass the browser's same-origin policy (DNS rebinding), but it cannot change the name. Beyond loopback the names have to
 * be set, or any name is accepted.
 */
export function checkingHost(
  listener: RequestListener,
  { host, allowedHosts, isForAll = () => false }: HostCheckOptions,
): RequestListener {
  const isChecked = isLoopback(host) || allowedHosts !== null;
  const allowed = new Set(allowedHosts);
  return (request, response) => {
    if (!isWellFormed(request)) response.writeHead(400, notToBeKept).end();
    else if (isChecked && !isAllowed(hostNameIn(request.headers.host), allowed) && !isForAll(request.url)) {
      response.writeHead(403, { ...notAllowed });
      response.end(refusal);
    } else listener(request, response);
  };
}

/** `checkingHost` for requests of the Fetch standard, which are checked where names are set: where they come from is not known. */
export function fetchCheckingHost(
  fetch: (request: Request) => Promise<Response>,
  { allowedHosts }: Pick<HostCheckOptions, 'allowedHosts'>,
): (request: Request) => Promise<Response> {
  if (allowedHosts === null) return fetch;
  const allowed = new Set(allowedHosts);
  return async (request) => {
    const name = hostNameIn(request.headers.get('host') ?? new URL(request.url).host);
    if (isAllowed(name, allowed)) return fetch(request);
    return new Response(refusal, { status: 403, headers: { ...notAllowed } });
  };
}

/** The URL of a request is built from its Host header, and a malformed header would cause an unhandled error. */
function isWellFormed({ headers, url = '' }: IncomingMessage): boolean {
  const { host = 'localhost' } = headers;
  return /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d*)?$/i.test(host) && URL.canParse(`http://${host}${url}`);
}

/** Name in a Host header, without the port. Empty without the header, as in HTTP/1.0, and so never allowed. */
function hostNameIn(host = ''): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
}

/** Browsers themselves resolve names that end in .localhost to this machine (RFC 6761). */
function isAllowed(name: string, allowed: ReadonlySet<string>): boolean {
  return isLoopback(name) || name.endsWith('.localhost') || allowed.has(name);
}

const notToBeKept = { 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' };
const notAllowed = { ...notToBeKept, 'content-type': 'application/json; charset=utf-8' };
const refusal = JSON.stringify({
  errors: [
    {
      message: 'The Host header names no host that this gateway answers for: see its setting ALLOWED_HOSTS.',
      extensions: { code: 'FORBIDDEN' },
    },
  ],
});

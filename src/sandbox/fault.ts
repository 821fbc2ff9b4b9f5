import type { IncomingHttpHeaders } from 'node:http';
import type { ResourceName } from './route.ts';

/** A request as the sandbox saw it, for tests that count and inspect. */
export interface RecordedRequest {
  readonly resource: ResourceName;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Asked for by `id=` (both forms), by a POST body, or in the path. */
  ids: string[];
  /** Parsed JSON, or text where it is none. */
  body: unknown;
  readonly token: string | null;
  readonly headers: IncomingHttpHeaders;
  /** Null until answered, and for good where a fault kept the answer back. */
  status: number | null;
}

/** The first `length` of every `every` requests: trouble that comes in phases, counted in requests and not in time. */
interface Burst {
  readonly length: number;
  readonly every: number;
}

/** Which requests a fault strikes. */
interface FaultScope {
  /** `api` is every resource but the login. @default '*' every resource, the login included */
  readonly resource?: ResourceName | '*' | 'api';
  /** Share of the requests it strikes, drawn from the seeded generator. @default 1 */
  readonly rate?: number;
  /** How often it strikes at all, counted for this very object. @default unlimited */
  readonly times?: number;
  /** Only requests with this access token. */
  readonly token?: string;
  /** Only some of the requests that it concerns and that no fault before it decided over. @default all of them */
  readonly burst?: Burst;
}

/** An answer without the data: by default the vendor's ErrorBody, else `body` as text or JSON. */
interface StatusFault extends FaultScope {
  readonly kind: 'status';
  readonly status: number;
  readonly body?: unknown;
  /** Of the ErrorBody, instead of the usual one for the status. */
  readonly code?: string;
  /** Sends `body` (or a page) as text/html, as proxies do. */
  readonly html?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * 429 in the vendor's words; at the login 400, as there. Without seconds there is no Retry-After, but the message still
 * names a time; with null nothing does, not even the headers that tell of the rate limit.
 */
interface RateLimitedFault extends FaultScope {
  readonly kind: 'rateLimited';
  readonly retryAfterSeconds?: number | null;
}

interface MissingPermissionsFault extends FaultScope {
  readonly kind: 'missingPermissions';
  readonly permissions: readonly string[];
  /** One of them would have been enough. @default false */
  readonly any?: boolean;
}

/** Refuses a call as a whole for one of its ids, and leaves calls without such an id alone. */
export interface RefuseIdsFault extends FaultScope {
  readonly kind: 'refuseIds';
  /** These, or a share of all there are, which is the same ids at every sandbox. */
  readonly ids: readonly string[] | { readonly share: number };
  /** @default 400 */
  readonly status?: 400 | 404 | 413 | 414;
}

/** Refuses calls with more ids than this, and leaves others alone. */
interface TooManyIdsFault extends FaultScope {
  readonly kind: 'tooManyIds';
  readonly maxIds: number;
  /** @default 413 */
  readonly status?: 400 | 413 | 414;
}

/** Waits, then answers as if nothing were. */
export interface DelayFault extends FaultScope {
  readonly kind: 'delay';
  readonly ms: number;
}

/** Never answers and leaves the connection open. */
interface HangFault extends FaultScope {
  readonly kind: 'hang';
}

/** Breaks the connection: before the answer, or after so many bytes of its body. */
interface ResetFault extends FaultScope {
  readonly kind: 'reset';
  readonly afterBytes?: number;
}

/** The first half of the JSON, sent as a complete 200. */
interface TruncateFault extends FaultScope {
  readonly kind: 'truncate';
}

interface HtmlFault extends FaultScope {
  readonly kind: 'html';
  /** @default 502 */
  readonly status?: 200 | 502;
}

/** Changes the JSON of the answer. It gets a copy: the organisation stays as it is. Code only, not from settings. */
export interface AlterFault extends FaultScope {
  readonly kind: 'alter';
  readonly alter: (body: unknown, request: RecordedRequest) => unknown;
}

/** What goes wrong on purpose. */
export type Fault =
  | StatusFault
  | RateLimitedFault
  | MissingPermissionsFault
  | RefuseIdsFault
  | TooManyIdsFault
  | DelayFault
  | HangFault
  | ResetFault
  | TruncateFault
  | HtmlFault
  | AlterFault;

import type { IncomingHttpHeaders } from 'node:http';
import type { PackedAs } from './pack.ts';
import type { Cut } from './listing.ts';
import type { ResourceName } from './resource-names.ts';

/** A request as the sandbox received it, for tests that count and inspect. */
export interface RecordedRequest {
  readonly resource: ResourceName;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Ids from `id=` (both forms), the POST body or the path. */
  ids: string[];
  /** Parsed JSON; the text when it is not JSON. */
  body: unknown;
  readonly token: string | null;
  readonly headers: IncomingHttpHeaders;
  /** Null until answered; stays null when a fault held the answer back. */
  status: number | null;
}

/** The first `length` of every `every` requests: trouble in phases, counted in requests, not in time. */
interface Burst {
  readonly length: number;
  readonly every: number;
}

/** Selects the requests that a fault strikes. */
interface FaultScope {
  /** `api` is every resource but the login. @default '*' every resource, the login included */
  readonly resource?: ResourceName | '*' | 'api';
  /** Share of the requests to strike, drawn from the seeded generator. @default 1 */
  readonly rate?: number;
  /** Maximum number of strikes, counted per fault object. @default unlimited */
  readonly times?: number;
  /** Strikes only requests with this access token. */
  readonly token?: string;
  /** Phases, counted over the requests in scope that no earlier fault decided. @default all of them */
  readonly burst?: Burst;
}

/** An answer without the data: the vendor's ErrorBody by default, else `body` as text or JSON. */
interface StatusFault extends FaultScope {
  readonly kind: 'status';
  readonly status: number;
  readonly body?: unknown;
  /** Code in the ErrorBody, instead of the usual one for the status. */
  readonly code?: string;
  /** Sends `body` (or a default page) as text/html, as proxies do. */
  readonly html?: boolean;
  /** Leaves out the vendor's own headers (correlation id, quota), as a proxy's or an API gateway's answer does. */
  readonly foreign?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * 429 with the vendor's text; 400 at the login, like the vendor. Undefined seconds omit Retry-After, but the message still
 * names a time. Null omits both, and the rate limit headers too.
 */
interface RateLimitedFault extends FaultScope {
  readonly kind: 'rateLimited';
  readonly retryAfterSeconds?: number | null;
}

interface MissingPermissionsFault extends FaultScope {
  readonly kind: 'missingPermissions';
  readonly permissions: readonly string[];
  /** One of the permissions would have been enough. @default false */
  readonly any?: boolean;
}

/** Refuses a whole call for one of its ids; calls without such an id pass. */
export interface RefuseIdsFault extends FaultScope {
  readonly kind: 'refuseIds';
  /** List of ids, or a share of all ids; the share picks the same ids in every sandbox. */
  readonly ids: readonly string[] | { readonly share: number };
  /** @default 400 */
  readonly status?: 400 | 404 | 413 | 414;
}

/** Refuses calls with more than `maxIds` ids; other calls pass. */
interface TooManyIdsFault extends FaultScope {
  readonly kind: 'tooManyIds';
  readonly maxIds: number;
  /** @default 413 */
  readonly status?: 400 | 413 | 414;
}

/**
 * Cuts the pages of listings to `maxRows`, whatever `pageSize` says. Further pages are there for those who ask. An answer
 * that is not a listing stays whole.
 */
export interface CutFault extends FaultScope, Cut {
  readonly kind: 'cut';
}

/** Waits `ms` milliseconds, then answers as usual. */
export interface DelayFault extends FaultScope {
  readonly kind: 'delay';
  readonly ms: number;
}

/** Never answers and leaves the connection open. */
interface HangFault extends FaultScope {
  readonly kind: 'hang';
}

/** Breaks the connection: before the answer, or after `afterBytes` bytes of its body. */
interface ResetFault extends FaultScope {
  readonly kind: 'reset';
  readonly afterBytes?: number;
}

/** Sends the first half of the JSON as a complete 200. */
interface TruncateFault extends FaultScope {
  readonly kind: 'truncate';
}

interface HtmlFault extends FaultScope {
  readonly kind: 'html';
  /** @default 502 */
  readonly status?: 200 | 502;
}

/** Packs the body of an answer by a content coding, whatever the request accepts: gateways and CDNs do so. */
export interface EncodingFault extends FaultScope {
  readonly kind: 'encoding';
  /** @default 'gzip' */
  readonly coding?: PackedAs;
}

/** Changes the JSON of the answer. `alter` gets a copy: the organisation stays unchanged. Code only, not from settings. */
export interface AlterFault extends FaultScope {
  readonly kind: 'alter';
  readonly alter: (body: unknown, request: RecordedRequest) => unknown;
}

/** A deliberate failure of the sandbox. */
export type Fault =
  | StatusFault
  | RateLimitedFault
  | MissingPermissionsFault
  | RefuseIdsFault
  | TooManyIdsFault
  | CutFault
  | DelayFault
  | HangFault
  | ResetFault
  | TruncateFault
  | HtmlFault
  | EncodingFault
  | AlterFault;

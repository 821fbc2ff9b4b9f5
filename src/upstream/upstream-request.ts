import type { FieldsWaiting } from './call-trace.ts';
import type { UpstreamAnswer } from './upstream-answer.ts';

/** One read from the upstream, described before it is made. Reading POSTs are reads too. */
export interface UpstreamRequest {
  /** Name of the REST resource in reports and logs, such as `users`; never a URL. */
  readonly resource: string;
  /** What the identity needs one of; what was read with a permission is given up when the upstream denies it. */
  readonly permissions: readonly string[];
  /** Whether other calls of the same request wait for what it tells: such go before details when the quota is short. */
  readonly isList?: true;
  /** How many ids it asks for. */
  readonly keys: number;
  readonly method: 'GET' | 'POST';
  /** Below the API's base, beginning with `/api/v2/`; ids in it are percent-encoded. */
  readonly path: string;
  readonly query?: readonly (readonly [name: string, value: string])[];
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** What a read gives: the parsed JSON of a 2xx answer, and where it came from. */
export interface UpstreamRead {
  readonly body: unknown;
  /**
   * What `body` was parsed from: a fraction of its size and of what it costs the garbage collector, for those who keep it. See
   * `decoded.ts`.
   */
  readonly bytes: Buffer;
  readonly answer: UpstreamAnswer;
}

/**
 * Reads on behalf of one identity within one request. Rejects with an `UpstreamError` and nothing else.
 *
 * @param waiting Which fields wait for it, null where nobody traces them.
 */
export type UpstreamReader = (
  request: UpstreamRequest,
  waiting?: FieldsWaiting | null,
) => Promise<UpstreamRead>;

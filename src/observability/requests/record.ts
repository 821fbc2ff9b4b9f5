import { randomUUID } from 'node:crypto';
import { isProbe } from '../../http/probes.ts';
import type { UpstreamUsage } from '../../upstream/usage.ts';

/** Accepted request ids. Short and without blanks, they can be quoted in headers, logs and shells unchanged. */
const REQUEST_ID = /^[\w.:-]{1,64}$/;
/**
 * Accepted names of client programs, and versions. Clients can send anything: a value with a number longer than a date
 * (eight digits), or with an inner @, may be personal.
 */
const CLIENT_NAME = /^(?!.*\d{9})@?[a-z][\w ./-]{0,63}$/i;
const CLIENT_VERSION = /^(?!.*\d{9})[a-z\d][\w.+-]{0,31}$/i;
const METHOD = /^[A-Z]{1,16}$/;

/** Value of a request's header; undefined or null when there is none. */
type HeaderOf = (name: string) => string | string[] | null | undefined;

/** Facts about the sender of a request. */
interface RequesterFacts {
  /** Upstream identity as a keyed hash; undefined when there is none. */
  readonly identity: string | undefined;
  /** Gives the caller as a keyed hash; undefined when there is none. */
  readonly caller: (() => string) | undefined;
  /** Reason for which the request's credential was not accepted, if it was not. */
  readonly credentialFault: string | undefined;
  readonly usage: UpstreamUsage;
}

/** Facts about one request for logs and metrics, filled in as it is handled. No public property is personal or secret. */
export class RequestRecord {
  /** The request's `x-request-id` if well-formed, otherwise a new UUID. Always returned as `x-request-id`. */
  readonly id: string;
  readonly #url: string;
  readonly method: string;
  readonly clientName: string | undefined;
  readonly clientVersion: string | undefined;
  /** Arrival of the request, on the monotonic clock. */
  readonly startedMs: number;
  durationMs = 0;
  /** HTTP status of the answer; undefined when there was none. */
  status: number | undefined;
  /** True when the client disconnected before it had its answer. */
  isAborted = false;
  /** True when the request had a document that could be parsed. */
  hasOperation = false;
  /** Undefined without an operation, and for an operation without a name that may be logged. */
  operationName: string | undefined;
  documentHash: string | undefined;
  requester: Readonly<RequesterFacts> | undefined;
  /** Distinct codes of the answer's errors, in their order. */
  errorCodes: readonly string[] = [];
  /** Ids by which the vendor's support finds the failed calls. */
  correlationIds: readonly string[] = [];

  constructor(startedMs: number, method: string, url: string, headerOf: HeaderOf) {
    this.startedMs = startedMs;
    this.id = known(REQUEST_ID, headerOf('x-request-id')) ?? randomUUID();
    this.#url = url;
    this.method = method === 'POST' || METHOD.test(method) ? method : 'other';
    this.clientName = known(CLIENT_NAME, headerOf('apollographql-client-name'));
    this.clientVersion = known(CLIENT_VERSION, headerOf('apollographql-client-version'));
  }

  /** True for probes of `/health` and `/ready`. */
  get isProbe(): boolean {
    return isProbe(this.#url);
  }
}

function known(pattern: RegExp, value: string | string[] | null | undefined): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

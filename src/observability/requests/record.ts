import { randomUUID } from 'node:crypto';
import { isProbe } from '../../http/probes.ts';
import type { UpstreamUsage } from '../../upstream/usage.ts';

/** What is taken for a request's id. Short and without blanks, it can be quoted in headers, logs and shells as it is. */
const REQUEST_ID = /^[\w.:-]{1,64}$/;
/**
 * What is believed to be the name of a program, and its version. Clients can send anything: what has a number in it that is
 * longer than a date, or an @ within, might be somebody's.
 */
const CLIENT_NAME = /^(?!.*\d{9})@?[a-z][\w ./-]{0,63}$/i;
const CLIENT_VERSION = /^(?!.*\d{9})[a-z\d][\w.+-]{0,31}$/i;
const METHOD = /^[A-Z]{1,16}$/;

/** Reads a header of the request; undefined or null where there is none. */
type HeaderOf = (name: string) => string | string[] | null | undefined;

/** What is known of who asks. */
interface RequesterFacts {
  /** Whose credential is used upstream, and who asks, as keyed hashes; undefined where that is nobody. */
  readonly identity: string | undefined;
  readonly caller: string | undefined;
  /** Why the credential that came with the request was not accepted, where it was not. */
  readonly credentialFault: string | undefined;
  readonly usage: UpstreamUsage;
}

/** What is known of one request for logs and metrics, filled in on its way. Nothing in it is personal or secret. */
export class RequestRecord {
  /** As the request brought it if that is well-formed, made up otherwise. Always returned as `x-request-id`. */
  readonly id: string;
  readonly #url: string;
  readonly method: string;
  readonly clientName: string | undefined;
  readonly clientVersion: string | undefined;
  /** On the clock of `performance.now()`. */
  readonly startedMs = performance.now();
  durationMs = 0;
  /** HTTP status of the answer; undefined where there was none. */
  status: number | undefined;
  /** Whether the client went away before it had its answer. */
  isAborted = false;
  /** Whether it came to a document that could be parsed. */
  hasOperation = false;
  /** Undefined for an operation without a name, and where it came to none. */
  operationName: string | undefined;
  documentHash: string | undefined;
  requester: Readonly<RequesterFacts> | undefined;
  /** Codes of the answer's errors, each once, in their order. */
  errorCodes: readonly string[] = [];
  /** What the vendor's support finds the failed calls by. */
  correlationIds: readonly string[] = [];

  constructor(method: string, url: string, headerOf: HeaderOf) {
    this.id = known(REQUEST_ID, headerOf('x-request-id')) ?? randomUUID();
    this.#url = url;
    this.method = method === 'POST' || METHOD.test(method) ? method : 'other';
    this.clientName = known(CLIENT_NAME, headerOf('apollographql-client-name'));
    this.clientVersion = known(CLIENT_VERSION, headerOf('apollographql-client-version'));
  }

  /** Whether it only asks how the gateway is. */
  get isProbe(): boolean {
    return isProbe(this.#url);
  }
}

function known(pattern: RegExp, value: string | string[] | null | undefined): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

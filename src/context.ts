import type { Caller } from './identity/caller.ts';
import { UpstreamError } from './errors.ts';
import type { CallerOf } from './auth/callers.ts';
import type { UpstreamIdentity } from './identity/upstream-identity.ts';
import { deadlineIn } from './lib/deadline.ts';
import type { RequestRecord } from './observability/requests/record.ts';
import { CallBudget } from './upstream/budget.ts';
import type { UpstreamClient } from './upstream/client.ts';
import type { RequestTrace } from './upstream/trace.ts';
import {
  createDataSources,
  type DataSources,
  releaseDataSources,
  type SharedSources,
} from './loading/data-sources.ts';
import type { LoaderContext } from './loading/entity-loader.ts';
import { UsageReport, UpstreamUsage } from './upstream/usage.ts';

/** Something that went wrong without leaving a field null, such as a row that had to be left out. */
interface Problem {
  readonly reason: UpstreamError;
  readonly type: string;
  readonly ids: readonly string[];
  /** Response path of the field whose answer is less than it should be. */
  readonly path: readonly (string | number)[];
}

/** What the resolvers of one request share, and all that they can reach. */
export interface GatewayContext {
  /** Null where nobody could be authenticated. */
  readonly caller: Caller | null;
  /** The scope that callers need to see personal data; null where every caller may. */
  readonly personalDataScope: string | null;
  readonly sources: DataSources;
  /** Added to by resolvers; told to the client beside the errors of fields. */
  readonly problems: Problem[];
  /** What notes the request's cost upstream; null where nobody wants to know. */
  readonly report: UsageReport | null;
  /** What has come about of it so far, for clients. */
  readonly upstreamReport: (() => unknown) | null;
  /** What notes which fields wait for what; null where nobody is going to see it. */
  readonly trace: RequestTrace | null;
}

/** Services that contexts are made with. */
export interface ContextServices {
  readonly callerOf: CallerOf;
  /** Identity by the request's `Authorization` header; null where the header has no credential and one is needed. */
  readonly identityOf: (authorization: string | null) => UpstreamIdentity | null;
  readonly client: UpstreamClient;
  readonly shared: SharedSources;
  /** Record of the request that the running code works for. */
  readonly record: () => RequestRecord | undefined;
  readonly traceOf: (request: Request) => RequestTrace | null;
}

/** Settings that bound what one request may cost and see. */
export interface ContextOptions {
  /** Whether callers send a credential of the gateway instead of one of the upstream. */
  readonly authenticatesCallers: boolean;
  /** The scope that callers need to see personal data; null where every caller may. */
  readonly personalDataScope: string | null;
  readonly maxUpstreamCalls: number;
  readonly requestTimeoutMs: number;
  /** Whether requests may ask for a report of their upstream calls. */
  readonly upstreamReport: boolean;
}

/** What the server knows of a request. */
export interface Received {
  readonly request: Request;
  /** Claims of its signed token, where one was verified. */
  readonly jwt?: { readonly payload?: Readonly<Record<string, unknown>> | undefined } | undefined;
}

/** Makes the contexts of requests. */
export function contextFactory(
  services: ContextServices,
  options: ContextOptions,
): (received: Received) => GatewayContext {
  const { client, shared } = services;
  const { personalDataScope } = options;
  return ({ request, jwt }) => {
    const sender = services.callerOf(request, jwt?.payload);
    const caller = sender instanceof UpstreamError ? null : sender;
    // A credential of the gateway itself is never passed on.
    const authorization = options.authenticatesCallers ? null : request.headers.get('authorization');
    const identity = services.identityOf(authorization);
    const budget = new CallBudget(options.maxUpstreamCalls);
    const deadline = deadlineIn(options.requestTimeoutMs, request.signal);
    const isReportWanted = options.upstreamReport && request.headers.get('x-upstream-report') === '1';
    const report = isReportWanted ? new UsageReport() : null;
    const usage = report ?? new UpstreamUsage();
    const record = services.record();
    if (record !== undefined) {
      record.requester = {
        identity: identity?.key,
        caller: caller?.key,
        credentialFault: sender instanceof UpstreamError ? sender.detail : undefined,
        usage,
      };
    }
    const quota = () => identity && client.quotaOf(identity);
    const trace = services.traceOf(request);
    const requestScope =
      caller === null || identity === null
        ? sender instanceof UpstreamError
          ? sender
          : credentialMissing
        : { identity, caller: caller.key, deadline, budget, trace, usage };
    const read =
      requestScope instanceof UpstreamError
        ? () => Promise.reject(requestScope)
        : client.readerFor(requestScope);
    return createContext(
      {
        caller,
        personalDataScope,
        report,
        trace: trace?.isRecorded === true ? trace : null,
        upstreamReport: report && (() => report.toJSON(quota())),
      },
      shared,
      { requestScope, read },
    );
  };
}

export const credentialMissing = new UpstreamError({
  code: 'UNAUTHENTICATED',
  message: 'send an Authorization header with a bearer token of the upstream',
});

/** `loading` is bound to the identity and the deadline of the request. */
function createContext(
  request: Pick<GatewayContext, 'caller' | 'personalDataScope' | 'report' | 'trace' | 'upstreamReport'>,
  shared: SharedSources,
  loading: LoaderContext,
): GatewayContext {
  return { ...request, sources: createDataSources(shared, loading), problems: [] };
}

/** Lets go of what a request has read, once it has been answered. */
export function releaseContext({ sources }: GatewayContext): void {
  releaseDataSources(sources);
}

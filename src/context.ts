import type { AnswerAccount } from './answers/answer-account.ts';
import { AnswerInFlight } from './answers/answer-in-flight.ts';
import { type Caller, pseudonymOf } from './identity/caller.ts';
import { UpstreamError } from './errors.ts';
import { type CallerOf, upstreamTokenMissing } from './auth/callers.ts';
import type { UpstreamIdentity } from './identity/upstream-identity.ts';
import type { Clock } from './lib/clock.ts';
import type { CampaignInteractionPage } from './connections/campaign-interaction-page.ts';
import { deadlineIn } from './lib/deadline.ts';
import { OwnWork } from './lib/own-work.ts';
import type { Turns } from './lib/turns.ts';
import type { RequestRecord } from './observability/requests/record.ts';
import { CallBudget } from './upstream/budget.ts';
import type { UpstreamClient } from './upstream/client.ts';
import type { RequestTrace } from './upstream/trace.ts';
import { createDataSources, type DataSources, type SharedSources } from './loading/data-sources.ts';
import type { AuthConfig, OperationsConfig } from './config/slices.ts';
import { UsageReport, UpstreamUsage } from './upstream/usage.ts';

/** Failure that leaves no field null, such as a row that had to be left out. */
interface Problem {
  readonly reason: UpstreamError;
  readonly type: string;
  readonly ids: readonly string[];
  /** Response path of the field whose answer is incomplete. */
  readonly path: readonly (string | number)[];
}

/** Context of one request: everything that its resolvers share and can reach. */
export interface GatewayContext {
  /** Null when no caller could be authenticated. */
  readonly caller: Caller | null;
  /** The scope that callers need to see personal data; null where every caller may. */
  readonly personalDataScope: string | null;
  readonly sources: DataSources;
  readonly clock: Clock;
  /** Bound of what the gateway itself does for the request. */
  readonly work: OwnWork;
  /** The answer's part of the memory that all answers in flight may take. */
  readonly answer: AnswerInFlight;
  /**
   * Pages of interactions by the arguments of their field and by campaign. Not in a WeakMap, whose values outlive the request
   * until V8 collects the old generation: that doubled the time of garbage collection.
   */
  readonly interactionPages: Map<object, Map<string, Promise<CampaignInteractionPage | null>>>;
  /** Problems noted by resolvers; clients get them beside the errors of fields. */
  readonly problems: Problem[];
  /** Report of the request's upstream usage; null unless the client asked for one. */
  readonly report: UsageReport | null;
  /** Contents of the report so far, for the client. */
  readonly upstreamReport: (() => unknown) | null;
  /** Trace of fields and the batches that they wait for; null where it is not recorded. */
  readonly trace: RequestTrace | null;
}

/** Services that contexts are made from. */
export interface ContextServices {
  readonly callerOf: CallerOf;
  /** Identity by the request's `Authorization` header; null where the header has no credential and one is needed. */
  readonly identityOf: (authorization: string | null) => UpstreamIdentity | null;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly answers: AnswerAccount;
  readonly client: UpstreamClient;
  readonly shared: SharedSources;
  /** Record of the current request. */
  readonly record: () => RequestRecord | undefined;
  readonly traceOf: (request: Request) => RequestTrace | null;
}

/** Settings that limit the cost and the visible data of one request. */
export interface ContextOptions {
  readonly operations: Pick<OperationsConfig, 'maxUpstreamCalls' | 'requestTimeoutMs' | 'upstreamReport'>;
  readonly personalDataScope: AuthConfig['personalDataScope'];
  /** True when callers send a credential of the gateway instead of one of the upstream. */
  readonly authenticatesCallers: boolean;
}

/** Request as the server received it. */
export interface Received {
  readonly request: Request;
  /** Claims of its signed token, where one was verified. */
  readonly jwt?: { readonly payload?: Readonly<Record<string, unknown>> | undefined } | undefined;
}

/** Makes the contexts of requests. */
export function contextFactory(
  services: ContextServices,
  { operations, personalDataScope, authenticatesCallers }: ContextOptions,
): (received: Received) => GatewayContext {
  const { client, clock } = services;
  return ({ request, jwt }) => {
    const sender = services.callerOf(request, jwt?.payload);
    const caller = sender instanceof UpstreamError ? null : sender;
    // A credential of the gateway is never passed on to the upstream.
    const authorization = authenticatesCallers ? null : request.headers.get('authorization');
    const identity = services.identityOf(authorization);
    const budget = new CallBudget(operations.maxUpstreamCalls);
    const deadline = deadlineIn(clock, operations.requestTimeoutMs, request.signal);
    const isReportWanted = operations.upstreamReport && request.headers.get('x-upstream-report') === '1';
    const report = isReportWanted ? new UsageReport() : null;
    const usage = report ?? new UpstreamUsage();
    const record = services.record();
    if (record !== undefined) {
      record.requester = {
        identity: identity?.key,
        caller: caller === null ? undefined : () => pseudonymOf(caller),
        credentialFault: sender instanceof UpstreamError ? sender.detail : undefined,
        usage,
      };
    }
    const trace = services.traceOf(request);
    const requestScope =
      caller === null || identity === null
        ? sender instanceof UpstreamError
          ? sender
          : upstreamTokenMissing
        : { identity, caller: caller.key, deadline, budget, trace, usage };
    const read =
      requestScope instanceof UpstreamError
        ? () => Promise.reject(requestScope)
        : client.readerFor(requestScope);
    return {
      caller,
      personalDataScope,
      clock,
      work: new OwnWork(clock, services.turns, deadline, operations.requestTimeoutMs),
      answer: new AnswerInFlight(services.answers, deadline),
      sources: createDataSources(services.shared, { requestScope, read }),
      interactionPages: new Map(),
      problems: [],
      report,
      upstreamReport: report && (() => report.toJSON(identity && client.quotaOf(identity))),
      trace: trace?.isRecorded === true ? trace : null,
    };
  };
}

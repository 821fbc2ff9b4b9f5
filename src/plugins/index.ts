import type { Plugin, YogaServerOptions } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { LargeAnswers } from '../answers/answer-context.ts';
import type { SignedTokens } from '../auth/signed-tokens.ts';
import type { OperationsConfig, ServerConfig } from '../config/slices.ts';
import type { GatewayContext } from '../context.ts';
import type { AllowedOrigins } from '../http/allowed-origins.ts';
import type { LandingPage } from '../http/landing-page.ts';
import type { BrowserPage } from '../http/graphiql.ts';
import type { RequestRecorder } from '../observability/requests/recorder.ts';
import type { Traces } from '../observability/tracing/traces.ts';
import type { TrustedDocuments } from '../operations/trusted-documents.ts';
import { useAnswerHeaders } from './use-answer-headers.ts';
import { useAnswersInFlight } from './use-answers-in-flight.ts';
import { useArgumentRules } from './use-argument-rules.ts';
import { useBodyLimit } from './use-body-limit.ts';
import { useCoercedVariables } from './use-coerced-variables.ts';
import { useCors } from './use-cors.ts';
import { useCsrfPrevention } from './use-csrf-prevention.ts';
import { useExecutor } from './use-executor.ts';
import { useFewErrors } from './use-few-errors.ts';
import { useGraphiqlPage } from './use-graphiql-page.ts';
import { useGraphQLOverHTTP } from './use-graphql-over-http.ts';
import { useHiddenSchema } from './use-hidden-schema.ts';
import { useLandingPage } from './use-landing-page.ts';
import { useLargeAnswers } from './use-large-answers.ts';
import { useNoTrustedDocuments } from './use-no-trusted-documents.ts';
import { useNoUploads } from './use-no-uploads.ts';
import { useQueryCost } from './use-query-cost.ts';
import { useQueryRules } from './use-query-rules.ts';
import { useReleasedSources } from './use-released-sources.ts';
import { useRequestRecord } from './use-request-record.ts';
import { type SignedTokensContext, useSignedTokens } from './use-signed-tokens.ts';
import { type ServerTraces, useTraces } from './use-traces.ts';
import { useTrustedDocuments } from './use-trusted-documents.ts';
import { useUnreadStreams } from './use-unread-streams.ts';
import { useUpstreamErrors } from './use-upstream-errors.ts';
import { useUpstreamReport } from './use-upstream-report.ts';
import { useWrittenAnswers } from './use-written-answers.ts';

export interface PluginsOptions {
  /** Path of GraphQL. */
  readonly endpoint: string;
  readonly server: Pick<ServerConfig, 'maxBodyBytes'>;
  readonly operations: OperationsConfig;
  /** Maximum number of ids in one bulk call. */
  readonly batchSize: number;
  /** Contents of the manifest of trusted documents; required when `trustedDocuments` is set. */
  readonly documents: TrustedDocuments | null;
  readonly compileAtHit?: number | undefined;
}

/** Services that plugins work with. */
export interface PluginServices {
  readonly log: Logger;
  readonly recorder: RequestRecorder;
  readonly origins: AllowedOrigins;
  /** Called with the origin of a web page that is not allowed to ask. */
  readonly onRefusedOrigin: (origin: string) => void;
  /** Null when signed tokens are not accepted. */
  readonly tokens: SignedTokens | null;
  /** Null when requests are not traced. */
  readonly tracing: { readonly traces: Promise<Traces | null>; readonly ofRequests: ServerTraces } | null;
  readonly landingPage: LandingPage;
  /** Null when GraphiQL is not served. */
  readonly graphiqlPage: (() => Promise<BrowserPage>) | null;
}

type Plugins = NonNullable<YogaServerOptions<SignedTokensContext, GatewayContext>['plugins']>;

/** Plugins in the order in which they see a request. */
export function plugins(options: PluginsOptions, services: PluginServices): Plugins {
  const { endpoint, server, operations, batchSize, compileAtHit } = options;
  const { log, recorder, origins, onRefusedOrigin, tokens, tracing, landingPage, graphiqlPage } = services;
  const largeAnswers: LargeAnswers = new WeakMap();
  return [
    // Written answers precede traces and records, which note the errors of answers that cannot be written.
    useWrittenAnswers(operations.maxAnswerBytes, largeAnswers),
    // Traces and records precede all plugins that can end a request, so that none ends unseen.
    ...(tracing ? [useTraces(tracing.traces, tracing.ofRequests, endpoint)] : []),
    ...(recorder.isObserved ? [useRequestRecord(() => recorder.current)] : []),
    // Unread streams follow traces and records, which put streams of their own around the source: those are ended.
    useUnreadStreams(),
    // Few errors follow the records, which note the codes of all.
    useFewErrors(),
    // Headers on every answer, also on those that other plugins give.
    useAnswerHeaders(),
    useCors(origins, endpoint, onRefusedOrigin),
    useLargeAnswers(largeAnswers),
    // GraphiQL precedes the CSRF check: browsers request the page without the headers that the check requires.
    useGraphiqlPage(graphiqlPage, endpoint),
    // The landing page follows GraphiQL, whose files have paths of their own.
    useLandingPage(landingPage, endpoint),
    // Uploads precede the CSRF check, which refuses their media type without a word about uploads.
    useNoUploads(),
    useCsrfPrevention((origin) => origins.has(origin)),
    // Trusted documents precede GraphQL over HTTP, which refuses requests without a query.
    ...trustedDocuments(operations, options.documents),
    useGraphQLOverHTTP(),
    // The body limit follows GraphQL over HTTP: it wraps the request parser that is set there.
    useBodyLimit({ maxBytes: server.maxBodyBytes }),
    ...(tokens ? [useSignedTokens(tokens)] : []),
    useQueryRules(operations),
    ...(operations.introspection ? [] : [useHiddenSchema()]),
    // Argument rules precede the cost, whose plan relies on checked arguments. Refused requests make no upstream call.
    useArgumentRules(),
    useQueryCost({
      maxUpstreamCalls: operations.maxUpstreamCalls,
      maxAnswerFields: operations.maxAnswerFields,
      cardinalities: operations.cardinalities,
      batchSize,
    }),
    // Upstream errors precede Yoga's masking, which treats any error not made for clients as a defect of the gateway.
    useUpstreamErrors(log, () => recorder.current),
    ...(operations.upstreamReport ? [useUpstreamReport()] : []),
    // Released sources follow the report, which counts what they have read.
    useReleasedSources(),
    // Coerced variables follow errors, report and sources, which complete also the answer that refuses wrong ones.
    useCoercedVariables(),
    // Answers in flight follow everything that refuses an operation, which would wait for room in vain.
    useAnswersInFlight(),
    useExecutor({ compileAtHit, maxAnswerFields: operations.maxAnswerFields }),
  ];
}

function trustedDocuments(
  { trustedDocuments: settings }: OperationsConfig,
  documents: TrustedDocuments | null,
): readonly Plugin[] {
  if (settings === null) return [useNoTrustedDocuments()];
  if (documents === null) throw new TypeError('With trustedDocuments set, documents are required.');
  return [useTrustedDocuments(documents, settings)];
}

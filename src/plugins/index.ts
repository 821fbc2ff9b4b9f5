import type { Plugin, YogaServerOptions } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { SignedTokens } from '../auth/signed-tokens.ts';
import type { Config } from '../config/config.ts';
import type { GatewayContext } from '../context.ts';
import type { BrowserPage } from '../http/graphiql.ts';
import type { RequestRecorder } from '../observability/requests/recorder.ts';
import type { Traces } from '../observability/tracing/traces.ts';
import type { TrustedDocuments } from '../operations/trusted-documents.ts';
import { useAnswerHeaders } from './use-answer-headers.ts';
import { useArgumentRules } from './use-argument-rules.ts';
import { useBodyLimit } from './use-body-limit.ts';
import { useCoercedVariables } from './use-coerced-variables.ts';
import { useCompiledExecution } from './use-compiled-execution.ts';
import { useCompression } from './use-compression.ts';
import { useVaryByOrigin } from './use-cors.ts';
import { useCsrfPrevention } from './use-csrf-prevention.ts';
import { useGraphiqlPage } from './use-graphiql-page.ts';
import { useGraphQLOverHTTP } from './use-graphql-over-http.ts';
import { useHiddenSchema } from './use-hidden-schema.ts';
import { useQueryCost } from './use-query-cost.ts';
import { useQueryRules } from './use-query-rules.ts';
import { useReleasedSources } from './use-released-sources.ts';
import { useRequestRecord } from './use-request-record.ts';
import { type SignedTokensContext, useSignedTokens } from './use-signed-tokens.ts';
import { type ServerTraces, useTraces } from './use-traces.ts';
import { useTrustedDocuments } from './use-trusted-documents.ts';
import { useUpstreamErrors } from './use-upstream-errors.ts';
import { useUpstreamReport } from './use-upstream-report.ts';

export interface PluginsOptions extends Pick<
  Config,
  | 'authentication'
  | 'cardinalities'
  | 'corsOrigins'
  | 'introspection'
  | 'maxAnswerFields'
  | 'maxBodyBytes'
  | 'maxUpstreamCalls'
  | 'queryLimits'
  | 'trustedDocuments'
  | 'upstreamBatchSize'
> {
  /** Contents of the manifest of trusted documents; required where `trustedDocuments` is set. */
  readonly documents?: TrustedDocuments;
  readonly compileAtHit?: number;
}

/** Services that plugins work with. */
export interface PluginServices {
  readonly log: Logger;
  readonly recorder: RequestRecorder;
  /** Null where signed tokens are not accepted. */
  readonly tokens: SignedTokens | null;
  /** Null where requests are not traced. */
  readonly tracing: { readonly traces: Promise<Traces | null>; readonly ofRequests: ServerTraces } | null;
  /** Null where GraphiQL is not served. */
  readonly graphiqlPage: (() => Promise<BrowserPage>) | null;
}

type Plugins = NonNullable<YogaServerOptions<SignedTokensContext, GatewayContext>['plugins']>;

/** Plugins in the order in which they see a request. */
export function plugins(options: PluginsOptions, services: PluginServices): Plugins {
  const { log, recorder, tokens, tracing, graphiqlPage } = services;
  const tokenOptions = options.authentication?.tokens ?? null;
  return [
    // First and last: they tell of all that the others do.
    ...(tracing ? [useTraces(tracing.traces, tracing.ofRequests)] : []),
    ...(recorder.isObserved ? [useRequestRecord(() => recorder.current)] : []),
    // Headers of every answer, whoever gives it.
    useAnswerHeaders(),
    ...(options.corsOrigins.length > 0 ? [useVaryByOrigin()] : []),
    useCompression(),
    // Before the CSRF check: a browser asks for the page without the headers that the check wants.
    useGraphiqlPage(graphiqlPage),
    useCsrfPrevention(),
    // Before GraphQL over HTTP, which would miss the query that an id stands for.
    ...trustedDocuments(options),
    useGraphQLOverHTTP(),
    // After GraphQL over HTTP, which chooses how the body is read.
    useBodyLimit({ maxBytes: options.maxBodyBytes }),
    ...(tokens && tokenOptions ? [useSignedTokens({ ...tokenOptions, tokens })] : []),
    useQueryRules(options),
    ...(options.introspection ? [] : [useHiddenSchema()]),
    // Before the cost, whose plan counts on arguments that have been checked; nothing is spent on a request that is refused.
    useArgumentRules(),
    useQueryCost({ ...options, batchSize: options.upstreamBatchSize }),
    // Before Yoga's own masking, which takes any error that is not made for clients for a defect of the gateway.
    useUpstreamErrors(log, () => recorder.current),
    useUpstreamReport(),
    useCompiledExecution(options),
    // After compiled execution, which leaves wrong variables to it.
    useCoercedVariables(),
    useReleasedSources(),
  ];
}

function trustedDocuments({ trustedDocuments: settings, documents }: PluginsOptions): readonly Plugin[] {
  if (settings === null) return [];
  if (documents === undefined) throw new TypeError('The trusted documents have to be read beforehand.');
  return [useTrustedDocuments(documents, settings)];
}

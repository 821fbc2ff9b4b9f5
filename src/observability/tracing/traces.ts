import { type Context, ROOT_CONTEXT } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { TelemetryConfig } from '../../config/slices.ts';
import type { Clock } from '../../lib/clock.ts';
import { pause } from '../../lib/deadline.ts';
import type { WayOut } from '../../upstream/http/agents.ts';
import { type CollectorAgent, collectorAgent } from './collector-agent.ts';
import { samplerOf } from './sampler.ts';
import { LoggingExporter } from './logging-exporter.ts';
import { type ServerTrace, TracedRequest, type TracingOptions } from './traced-request.ts';

export interface TracesOptions extends Pick<TelemetryConfig, 'tracesSampler' | 'tracesRatio'> {
  /** Base URL of the collector; spans are sent to `v1/traces` below it. */
  readonly endpoint: string;
  /** Base URL of the upstream. */
  readonly apiUrl: string;
  /** Way to the collector. */
  readonly way: WayOut;
}

const NAME = 'campaign-interaction-gateway';
/** Time for sending a batch of spans, from connecting to the last retry. */
const EXPORT_TIMEOUT_MS = 3_000;
/** Time for sending the last spans at shutdown. A little more, so the exporter gives up first and its failure is logged. */
const FLUSH_TIMEOUT_MS = 3_500;
/** Upper bound of links of one span: fields of very many requests can wait for one batch. */
const MOST_LINKS = 1_000;

/** Tracing of one gateway's requests. Nothing is registered globally in the process. */
export class Traces {
  readonly #provider: TracerProvider;
  readonly #options: TracingOptions;
  readonly #agent: CollectorAgent;
  readonly #propagator = new W3CTraceContextPropagator();

  /** docs/observe.md lists further environment variables of the exporter and the resource detectors. */
  constructor(
    clock: Clock,
    { endpoint, tracesSampler, tracesRatio, apiUrl, way }: TracesOptions,
    log: Logger,
  ) {
    this.#agent = collectorAgent(endpoint, way, EXPORT_TIMEOUT_MS);
    const exporter = new OTLPTraceExporter({
      url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
      timeoutMillis: EXPORT_TIMEOUT_MS,
      httpAgentOptions: () => this.#agent.agent,
    });
    this.#provider = new TracerProvider({
      resource: defaultResource()
        .merge(resourceFromAttributes({ 'service.name': NAME }))
        .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
      sampler: samplerOf(tracesSampler, tracesRatio),
      spanLimits: { linkCountLimit: MOST_LINKS },
      spanProcessors: [new BatchSpanProcessor({ exporter: new LoggingExporter(clock, exporter, log) })],
    });
    const { hostname, port, protocol } = new URL(apiUrl);
    this.#options = {
      clock,
      tracer: this.#provider.getTracer(NAME),
      upstream: {
        'server.address': hostname,
        'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
      },
    };
  }

  /** Begins the span of an incoming request, within the trace that its headers name. */
  begin(method: string, route: string, headers: Pick<Headers, 'get'>): ServerTrace {
    return new TracedRequest(this.#options, this.#parentIn(headers), method, route);
  }

  /** Sends the remaining spans for at most `FLUSH_TIMEOUT_MS`, then closes the connections. */
  async dispose(): Promise<void> {
    const isDone = new AbortController();
    const shutdown = this.#provider.shutdown().catch(() => undefined);
    await Promise.race([
      shutdown,
      pause(this.#options.clock, FLUSH_TIMEOUT_MS, isDone.signal).catch(() => undefined),
    ]);
    isDone.abort();
    this.#agent.destroy();
  }

  #parentIn(headers: Pick<Headers, 'get'>): Context {
    return this.#propagator.extract(ROOT_CONTEXT, headers, {
      get: (carrier, name) => carrier.get(name) ?? undefined,
      keys: () => this.#propagator.fields(),
    });
  }
}

import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
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
import type { Config } from '../../config/config.ts';
import { samplerOf } from './sampler.ts';
import { TellingExporter } from './telling-exporter.ts';
import { type ServerTrace, TracedRequest, type TracingOptions } from './traced-request.ts';

export interface TracesOptions extends Pick<Config, 'tracesSampler' | 'tracesRatio'> {
  /** Base URL of the collector, below which `v1/traces` is. */
  readonly endpoint: string;
  /** Base of the upstream's API. */
  readonly apiUrl: string;
}

const NAME = 'campaign-interaction-gateway';
/** For sending a batch of spans, from connecting to the last retry. */
const EXPORT_TIMEOUT_MS = 3_000;
/** For sending the last ones when the gateway is shut down: a little more, so that it is the exporter that gives up and is heard. */
const FLUSH_TIMEOUT_MS = 3_500;
/** A batch of fields of very many requests. */
const MOST_LINKS = 1_000;

/** What is recorded of the requests to one gateway. It is nobody else's: nothing is registered with the process. */
export class Traces {
  readonly #provider: TracerProvider;
  readonly #means: TracingOptions;
  readonly #agent: Agent;
  readonly #propagator = new W3CTraceContextPropagator();

  /** What more the exporter and the resource's detectors read from the environment is in the README. */
  constructor({ endpoint, tracesSampler, tracesRatio, apiUrl }: TracesOptions, log: Logger) {
    // The exporter's own would wait for a connection for as long as the operating system does.
    const connections = { keepAlive: true, timeout: EXPORT_TIMEOUT_MS };
    this.#agent = /^https:/i.test(endpoint) ? new SecureAgent(connections) : new Agent(connections);
    const exporter = new OTLPTraceExporter({
      url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
      timeoutMillis: EXPORT_TIMEOUT_MS,
      httpAgentOptions: () => this.#agent,
    });
    this.#provider = new TracerProvider({
      resource: defaultResource()
        .merge(resourceFromAttributes({ 'service.name': NAME }))
        .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
      sampler: samplerOf(tracesSampler, tracesRatio),
      spanLimits: { linkCountLimit: MOST_LINKS },
      spanProcessors: [new BatchSpanProcessor({ exporter: new TellingExporter(exporter, log) })],
    });
    const { hostname, port, protocol } = new URL(apiUrl);
    this.#means = {
      tracer: this.#provider.getTracer(NAME),
      upstream: {
        'server.address': hostname,
        'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
      },
    };
  }

  /** A request that comes in, as part of the trace that its headers name. */
  begin(method: string, route: string, headers: Pick<Headers, 'get'>): ServerTrace {
    return new TracedRequest(this.#means, this.#parentIn(headers), method, route);
  }

  /** Sends what is there, if that can be done in time, and closes the connections. */
  async dispose(): Promise<void> {
    const isDone = new AbortController();
    const shutdown = this.#provider.shutdown().catch(() => undefined);
    await Promise.race([
      shutdown,
      delay(FLUSH_TIMEOUT_MS, undefined, { signal: isDone.signal }).catch(() => undefined),
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

import { once } from 'node:events';
import { constants, openSync } from 'node:fs';
import { createServer } from 'node:http';
import { isatty } from 'node:tty';
import { pino } from 'pino';
import { ConfigError } from '../config/config-error.ts';
import { type ConfigSources, readConfig } from '../config/read-config.ts';
import { unusedVendorVariables } from '../config/environment.ts';
import type { UpstreamConfig } from '../config/slices.ts';
import { Connections } from '../http/connections.ts';
import { ConnectionDrain } from '../http/drain.ts';
import { systemClock } from '../lib/clock.ts';
import { banner } from './banner.ts';
import type { GatewayMetrics } from '../observability/metrics/gateway-metrics.ts';
import { type MetricsServer, serveMetrics } from '../observability/metrics/serve-metrics.ts';
import { LogDestination } from '../observability/log-destination.ts';
import type { TrustedDocuments } from '../operations/trusted-documents.ts';
import { EXAMPLE_CAMPAIGN_ID } from '../sandbox/example-campaign.ts';
import type { Sandbox } from '../sandbox/sandbox-options.ts';
import { assembleGateway } from '../gateway.ts';
import { prepare } from '../prepare.ts';
import { UnexpectedErrors } from '../observability/unexpected-errors.ts';
import { tokenUrlOf, type UpstreamTarget } from '../config/upstream.ts';
import { workOnOneRequestAtATime } from '../http/one-request-at-a-time.ts';
import { AllowedOrigins } from '../http/allowed-origins.ts';
import { Refusals } from '../http/refusal.ts';
import { closeUnreadAnswers } from '../http/send-timeout.ts';
import { connectionTimeouts } from '../http/server-options.ts';

/** Load balancers probe readiness about once a second. */
const LAME_DUCK_MS = 1000;

/** Starts the gateway that the settings describe, and stops it at SIGTERM or SIGINT. Tells on stderr why it cannot start. */
export async function start(sources: ConfigSources): Promise<void> {
  try {
    await run(sources);
  } catch (error) {
    const problems =
      error instanceof ConfigError
        ? error.problems
        : [error instanceof Error ? error.message : String(error)];
    process.stderr.write(
      `The gateway cannot start:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`,
    );
    process.exitCode = 1;
  }
}

async function run(sources: ConfigSources): Promise<void> {
  const startedMs = systemClock.now();
  const { config, warnings } = await readConfig(sources);
  const { telemetry } = config;
  const { schema, documents } = await prepare(config);
  const { target, sandbox, exampleCampaignId } = await upstreamOrSandbox(config.upstream);
  const metrics = telemetry.metricsPort === null ? null : await loadMetrics(documents);
  const output = new LogDestination({
    clock: systemClock,
    fd: nonBlockingStdout(),
    onDrop: (lines) => metrics?.logLinesDropped(lines),
    onRecovery: (lines) => log.warn({ lines }, 'The log could not be written, and lines of it were dropped'),
  });
  process.once('exit', () => output.flushSync());
  const log = pino({ level: telemetry.logLevel }, output);
  log.info({ node: process.version }, 'The gateway starts');
  const unused = unusedVendorVariables(sources.env);
  if (unused.length > 0) {
    log.warn({ variables: unused }, "Variables of the vendor's tools are not used here");
  }
  for (const warning of warnings) log.warn(warning);
  const unexpected = new UnexpectedErrors(log);
  // Node's own listener writes to stderr.
  process.removeAllListeners('warning').on('warning', (warning) => unexpected.warned(warning));
  const gateway = assembleGateway({ config, target, exampleCampaignId, documents, log, metrics }, schema);
  const server = createServer(connectionTimeouts(config.server));
  const connections = new Connections(server, {
    clock: systemClock,
    max: config.server.maxConnections,
    refusals: new Refusals(new AllowedOrigins(config.server)),
    onTurnedAway(how) {
      metrics?.connectionTurnedAway(how);
      if (how === 'refused') gateway.refused();
    },
  });
  server.on('request', connections.before(gateway.listener));
  // Expectations other than `100-continue` may be ignored (RFC 9110, section 10.1.1); Node would answer 417 by itself.
  server.on('checkExpectation', (...exchange) => server.emit('request', ...exchange));
  workOnOneRequestAtATime(server);
  closeUnreadAnswers(server, {
    clock: systemClock,
    timeoutMs: config.server.sendTimeoutMs,
    onTimeout: () => metrics?.answerUnread(),
  });
  const ending = new ConnectionDrain(systemClock, server, connections);
  metrics?.watchConnections(() => connections.size);
  let metricsServer: MetricsServer | undefined;

  async function stop(lameDuckMs: number): Promise<void> {
    const graceMs = config.server.drainSeconds * 1000;
    const sinceMs = systemClock.now();
    const endsAtMs = sinceMs + graceMs;
    log.info({ connections: connections.size, graceMs }, 'The gateway ends: requests under way are finished');
    gateway.retire();
    await ending.drain({ lameDuckMs, graceMs });
    await gateway.dispose();
    // Metrics stay available until here, so that the drain can be observed.
    await metricsServer?.close();
    await sandbox?.close();
    log.info({ ms: Math.round(systemClock.now() - sinceMs) }, 'The gateway has ended');
    await output.end(Math.max(0, endsAtMs - systemClock.now()));
  }

  let stopping: Promise<void> | undefined;
  for (const [signal, lameDuckMs] of [
    ['SIGTERM', LAME_DUCK_MS],
    // One Ctrl-C can arrive twice, from the terminal and from npm; the second must not cut the drain short.
    ['SIGINT', 0],
  ] as const) {
    // The handler of `bin/gateway.mjs` goes when there is another one: a signal that has just come would be lost between them.
    const before = process.listeners(signal);
    process.on(signal, () => {
      if (server.listening) stopping ??= stop(lameDuckMs);
      else if (stopping === undefined) {
        log.info('The gateway has ended before it was ready');
        process.exit();
      }
    });
    for (const handler of before) process.off(signal, handler);
  }
  try {
    if (metrics !== null && telemetry.metricsPort !== null) {
      metricsServer = await serveMetrics(metrics, { host: config.server.host, port: telemetry.metricsPort });
    }
    // Node's backlog of 511 would be full after a burst of clients, and the system would cut off the others.
    server.listen({
      port: config.server.port,
      host: config.server.host,
      backlog: config.server.maxConnections,
    });
    await once(server, 'listening');
  } catch (error) {
    await (stopping = stop(0));
    throw error;
  }
  process.on('unhandledRejection', (reason) => {
    unexpected.rejected(reason);
    metrics?.unhandledRejection();
  });
  process.on('uncaughtException', (error) => {
    unexpected.thrown(error);
    process.exitCode = 1;
    // State may be corrupt: no more connections are accepted, and requests under way are answered as far as possible.
    void leave((stopping ??= stop(0)));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.server.port;
  output.write(
    banner({
      config,
      target,
      documents,
      exampleCampaignId,
      port,
      metricsPort: metricsServer?.port ?? null,
    }),
  );
  log.info({ port, ms: Math.round(systemClock.now() - startedMs) }, 'The gateway is ready');
  output.flush();
  // A probe of its own: the log tells at the start what keeps the gateway from logging in.
  if (config.upstream.target !== null) await gateway.fetch(new Request(`http://localhost:${port}/ready`));
}

/**
 * Descriptor of stdout that does not block. Node makes a pipe non-blocking when `process.stdout` is first read. A terminal
 * is opened a second time instead: the flag belongs to the open file, which other programs share.
 */
function nonBlockingStdout(): number {
  const { fd } = process.stdout;
  if (!isatty(fd)) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // Systems other than Linux have no /proc.
    return fd;
  }
}

/** Metrics are imported on demand: they take memory and load a part of OpenTelemetry. */
async function loadMetrics(documents: TrustedDocuments | null): Promise<GatewayMetrics> {
  const { GatewayMetrics } = await import('../observability/metrics/gateway-metrics.ts');
  return new GatewayMetrics({ trustedOperations: documents?.operationNames });
}

/** Exits once the gateway has stopped, whatever is still running. */
async function leave(stopping: Promise<void>): Promise<void> {
  try {
    await stopping;
  } finally {
    process.exit();
  }
}

interface Upstream {
  readonly target: UpstreamTarget;
  /** Null where the configuration names an upstream; likewise the campaign, which is one of the sandbox. */
  readonly sandbox: Sandbox | null;
  readonly exampleCampaignId: string | null;
}

/** Upstream of the configuration, or else a sandbox, which is loaded only then. Callers who send a token of their own are users of the sandbox. */
async function upstreamOrSandbox({ target }: UpstreamConfig): Promise<Upstream> {
  if (target !== null) return { target, sandbox: null, exampleCampaignId: null };
  const { startSandbox } = await import('../sandbox/start-sandbox.ts');
  const sandbox = await startSandbox({ recordedRequests: 0 });
  const login = { tokenUrl: tokenUrlOf(sandbox.url), clientId: 'sandbox', clientSecret: 'sandbox' };
  return {
    target: { apiUrl: sandbox.url, credentials: { mode: 'client', ...login, bearerFirst: true } },
    sandbox,
    exampleCampaignId: EXAMPLE_CAMPAIGN_ID,
  };
}

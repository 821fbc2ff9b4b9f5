import { once } from 'node:events';
import { constants, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { isatty } from 'node:tty';
import { pino } from 'pino';
import { type Config, ConfigError, parseConfig } from './config/config.ts';
import { Connections, connectionTimeouts } from './http/drain.ts';
import { banner } from './banner.ts';
import type { GatewayMetrics } from './observability/metrics/gateway-metrics.ts';
import { type MetricsServer, serveMetrics } from './observability/metrics/serve-metrics.ts';
import { LogDestination } from './observability/log-destination.ts';
import { parseTrustedDocuments, type TrustedDocuments } from './operations/trusted-documents.ts';
import { EXAMPLE_CAMPAIGN_ID } from './sandbox/generate-organisation.ts';
import { type Sandbox, startSandbox } from './sandbox/start-sandbox.ts';
import { createGateway, type GatewayConfig } from './gateway.ts';
import { servedSchema } from './federation/served-schema.ts';
import { UnexpectedErrors } from './observability/unexpected-errors.ts';
import { tokenUrlOf } from './config/upstream.ts';

/** A balancer looks every second or so who is ready. */
const LAME_DUCK_MS = 1000;

/** Starts what the environment describes, and ends all of it at SIGTERM or SIGINT. */
async function run(): Promise<void> {
  const config = parseConfig(process.env);
  // Beforehand: without it there is nothing to serve.
  const schema = await servedSchema(config);
  const documents = readTrustedDocuments(config, schema);
  const sandbox = config.upstream === null ? await startSandbox({ recordedRequests: 0 }) : null;
  const ready = { ...gatewayConfig(config, sandbox), ...(documents && { documents }) };
  const metrics = config.metricsPort === null ? null : await loadMetrics(documents);
  const output = new LogDestination({
    fd: nonBlockingStdout(),
    onDrop: (lines) => metrics?.logLinesDropped(lines),
    onRecovery: (lines) => log.warn({ lines }, 'The log could not be written, and lines of it were dropped'),
  });
  process.once('exit', () => output.flushSync());
  const log = pino({ level: config.logLevel }, output);
  const unexpected = new UnexpectedErrors(log);
  const gateway = createGateway(ready, log, metrics);
  const server = createServer(connectionTimeouts(config.keepAliveSeconds), gateway.listener);
  // What a client expects beyond `100-continue` may be passed over (RFC 9110, section 10.1.1); Node would answer by itself.
  server.on('checkExpectation', (...exchange) => server.emit('request', ...exchange));
  const connections = new Connections(server);
  let metricsServer: MetricsServer | undefined;

  async function stop(lameDuckMs: number): Promise<void> {
    const graceMs = config.drainSeconds * 1000;
    const endsAtMs = performance.now() + graceMs;
    gateway.retire();
    await connections.drain({ lameDuckMs, graceMs });
    await gateway.dispose();
    // As late as can be: what happens meanwhile is of interest.
    await metricsServer?.close();
    await sandbox?.close();
    await output.end(Math.max(0, endsAtMs - performance.now()));
  }

  try {
    if (metrics !== null && config.metricsPort !== null) {
      metricsServer = await serveMetrics(metrics, { host: config.host, port: config.metricsPort });
    }
    server.listen(config.port, config.host);
    await once(server, 'listening');
  } catch (error) {
    await stop(0);
    throw error;
  }
  let stopping: Promise<void> | undefined;
  process.on('SIGTERM', () => void (stopping ??= stop(LAME_DUCK_MS)));
  // One Ctrl-C can arrive twice, from the terminal and from npm; the second must not cut off what the first lets finish.
  process.on('SIGINT', () => void (stopping ??= stop(0)));
  process.on('unhandledRejection', (reason) => {
    unexpected.rejected(reason);
    metrics?.unhandledRejection();
  });
  process.on('uncaughtException', (error) => {
    unexpected.thrown(error);
    process.exitCode = 1;
    // Nothing more is begun on ground that may be broken; what was begun is answered as far as that is possible.
    void leave((stopping ??= stop(0)));
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  output.write(banner(ready, port, metricsServer?.port));
  output.flush();
}

/**
 * Descriptor of stdout that does not block. Node makes a pipe non-blocking when `process.stdout` is first read. A terminal is opened
 * a second time instead: the flag belongs to the open file, which other programs share.
 */
function nonBlockingStdout(): number {
  const { fd } = process.stdout;
  if (!isatty(fd)) return fd;
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // There is no /proc on systems other than Linux.
    return fd;
  }
}

/** What keeps them takes memory, and loads a part of OpenTelemetry. */
async function loadMetrics(documents: TrustedDocuments | null): Promise<GatewayMetrics> {
  const { GatewayMetrics } = await import('./observability/metrics/gateway-metrics.ts');
  return new GatewayMetrics({ trustedOperations: documents?.operationNames });
}

/** Whatever is left running then. */
async function leave(stopping: Promise<void>): Promise<void> {
  try {
    await stopping;
  } finally {
    process.exit();
  }
}

function readTrustedDocuments(
  config: Config,
  schema: Awaited<ReturnType<typeof servedSchema>>,
): TrustedDocuments | null {
  if (config.trustedDocuments === null) return null;
  const { file } = config.trustedDocuments;
  let manifest: string;
  try {
    manifest = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`TRUSTED_DOCUMENTS_FILE names ${file}, which cannot be read: ${why}.`]);
  }
  return parseTrustedDocuments(manifest, file, schema, config);
}

function gatewayConfig({ upstream, ...config }: Config, sandbox: Sandbox | null): GatewayConfig {
  if (upstream !== null) return { ...config, upstream };
  if (sandbox === null) throw new TypeError('Without an upstream there has to be a sandbox.');
  return {
    ...config,
    upstream: {
      apiUrl: sandbox.url,
      credentials: {
        mode: 'client',
        tokenUrl: tokenUrlOf(sandbox.url),
        clientId: 'sandbox',
        clientSecret: 'sandbox',
        bearerFirst: true,
      },
    },
    exampleCampaignId: EXAMPLE_CAMPAIGN_ID,
  };
}

try {
  await run();
} catch (error) {
  const problems =
    error instanceof ConfigError ? error.problems : [error instanceof Error ? error.message : String(error)];
  process.stderr.write(
    `The gateway cannot start:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`,
  );
  process.exitCode = 1;
}

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { Connections } from '../../http/connections.ts';
import { checkingHost } from '../../http/host-check.ts';
import { workOnOneRequestAtATime } from '../../http/one-request-at-a-time.ts';
import { AllowedOrigins } from '../../http/allowed-origins.ts';
import { type RefusalReason, Refusals } from '../../http/refusal.ts';
import { closeUnreadAnswers } from '../../http/send-timeout.ts';
import { connectionTimeouts } from '../../http/server-options.ts';
import { systemClock } from '../../lib/clock.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';

export interface MetricsServer {
  /** Port that the server listens on, also when 0 was asked for. */
  readonly port: number;
  close(): Promise<void>;
}

/** Connections of scrapers: a Prometheus has one or two. */
export const MOST_CONNECTIONS = 64;
/** Scrapes come every 15 to 60 seconds, mostly. */
const KEEP_ALIVE_SECONDS = 75;
/** Time for a scraper to send a request and to read its answer; scrapes are usually given 10 seconds. */
const PATIENCE_MS = 30_000;

const noConnectionLeft: RefusalReason = {
  status: 503,
  message: `The metrics are being read on ${MOST_CONNECTIONS} connections.`,
};

/** Listener that answers 404 at all paths other than `/metrics`. Scrapes that come together get the same text. */
function metricsListener(metrics: GatewayMetrics): RequestListener {
  let reading: Promise<Buffer> | undefined;

  function text(): Promise<Buffer> {
    reading ??= metrics
      .text()
      .then((read) => Buffer.from(read))
      .finally(() => (reading = undefined));
    return reading;
  }

  return ({ method, url = '' }, response) => {
    if (url.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end();
    } else if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else {
      text().then(
        (read) => response.writeHead(200, { 'content-type': metrics.contentType }).end(read),
        () => response.writeHead(500).end(),
      );
    }
  };
}

/**
 * Serves metrics, with those of the process, on a port of their own. Rejects when the port cannot be used. On loopback the
 * Host header is checked, to keep web pages out. Elsewhere any name is accepted, because scrapers use the names that they
 * discovered.
 */
export async function serveMetrics(
  metrics: GatewayMetrics,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<MetricsServer> {
  metrics.watchProcess();
  const server = createServer(
    connectionTimeouts({
      keepAliveSeconds: KEEP_ALIVE_SECONDS,
      headersTimeoutMs: PATIENCE_MS,
      bodyTimeoutMs: PATIENCE_MS,
    }),
  );
  // Whoever reaches the port can hold as much here as at the gateway's own.
  const connections = new Connections(server, {
    clock: systemClock,
    max: MOST_CONNECTIONS,
    refusals: new Refusals(new AllowedOrigins()),
    refusal: noConnectionLeft,
  });
  server.on(
    'request',
    connections.before(checkingHost(metricsListener(metrics), { host, allowedHosts: null })),
  );
  workOnOneRequestAtATime(server);
  closeUnreadAnswers(server, { clock: systemClock, timeoutMs: PATIENCE_MS });
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`METRICS_PORT cannot be used: ${reason}`, { cause });
  }
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { checkingHost } from '../../http/host-check.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';

export interface MetricsServer {
  /** Port that the server listens on, also when 0 was asked for. */
  readonly port: number;
  close(): Promise<void>;
}

/** Listener that answers 404 at all paths other than `/metrics`. */
function metricsListener(metrics: GatewayMetrics): RequestListener {
  return ({ method, url = '' }, response) => {
    if (url.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404).end();
    } else if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else {
      metrics.text().then(
        (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
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
  const server = createServer(checkingHost(metricsListener(metrics), { host, allowedHosts: null }));
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

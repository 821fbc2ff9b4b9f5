import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { checkingHost } from '../../http/host-check.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';

export interface MetricsServer {
  /** That it listens on. */
  readonly port: number;
  close(): Promise<void>;
}

/** Answers at `/metrics` and nowhere else. */
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
 * Serves metrics, with those of the process, on a port of their own. Rejects when it cannot listen there. On loopback web pages
 * are kept out as they are out of the gateway; elsewhere the name is whatever the one who collects them has found.
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

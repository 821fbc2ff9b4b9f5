import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { isIP, Socket } from 'node:net';
import { connect } from 'node:tls';
import type { WayOut } from '../../upstream/http/agents.ts';
import { ProxyPool } from '../../upstream/http/proxy-pool.ts';

/** Agent for Node's http client, which the exporter uses. */
export interface CollectorAgent {
  readonly agent: Agent;
  /** Closes the connections. */
  destroy(): void;
}

/**
 * Connections to the collector, directly or through a proxy. Node's own agents know proxies as well, but trust no authority of
 * `CA_FILE` for the proxy itself.
 *
 * @param timeoutMs Upper bound for each step of making a connection. The exporter's default agent would wait for as long as the
 *   operating system does.
 */
export function collectorAgent(
  endpoint: string,
  { wayTo, secureContext }: WayOut,
  timeoutMs: number,
): CollectorAgent {
  const { origin, protocol } = new URL(endpoint);
  const isSecure = protocol === 'https:';
  const options = { keepAlive: true, timeout: timeoutMs, ...(secureContext && { secureContext }) };
  const agent = isSecure ? new SecureAgent(options) : new Agent(options);
  const proxy = wayTo(origin);
  if (proxy === null) return { agent, destroy: () => agent.destroy() };
  const pool = new ProxyPool(proxy, { timeoutMs, secureContext });
  agent.createConnection = ({ host, port }, callback) => {
    const name = host ?? 'localhost';
    pool.tunnelTo(name, port ?? (isSecure ? 443 : 80), (failure, tunnel) => {
      if (failure !== null) return callback?.(failure, new Socket());
      if (!isSecure) return callback?.(null, tunnel);
      // An address is no server name (RFC 6066, section 3); its certificate is checked by `host`.
      const servername = isIP(name) === 0 ? name : '';
      const socket = connect({ ...options, socket: tunnel, host: name, servername });
      socket.setTimeout(timeoutMs, () => socket.destroy(new Error('The TLS handshake took too long')));
      socket.once('error', (error) => callback?.(error, socket));
      socket.once('secureConnect', () => {
        socket.setTimeout(0);
        callback?.(null, socket);
      });
    });
    return null;
  };
  return {
    agent,
    destroy() {
      agent.destroy();
      void pool.destroy();
    },
  };
}

import type { SecureContext } from 'node:tls';
import { Agent, buildConnector } from 'undici';
import type { ProxyAddress, WayTo } from '../../lib/proxy-address.ts';
import { ProxyPool } from './proxy-pool.ts';

/** How the network is left. */
export interface WayOut {
  readonly wayTo: WayTo;
  /** TLS context of connections to proxies and to what is behind them; undefined for Node's own. */
  readonly secureContext: SecureContext | undefined;
}

/** No proxies, and Node's own authorities. */
export const directWay: WayOut = { wayTo: () => null, secureContext: undefined };

export interface AgentsOptions {
  /** Upper bound for making a connection; through a proxy, for each of connecting, its answer and the TLS handshake behind it. */
  readonly connectTimeoutMs: number;
  /** Most connections to one origin. */
  readonly connections: number;
  /** Most bytes of an answer as they are received. */
  readonly maxResponseSize: number;
}

/**
 * Undici's agents, one for direct connections and one for each proxy. `ProxyAgent` and `EnvHttpProxyAgent` are not used: they
 * report a refused CONNECT as an abort without a status, leave connections to the proxy without bounds, and take the proxy for
 * http where only https has none. Plain http goes through a tunnel as well, so that an answer of the proxy is never taken for
 * one of the upstream.
 */
export class Agents {
  readonly #options: AgentsOptions;
  readonly #way: WayOut;
  /** As many as there are configured origins. */
  readonly #byOrigin = new Map<string, Agent>();
  readonly #byProxy = new Map<string, Agent>();
  readonly #pools: ProxyPool[] = [];
  #direct: Agent | undefined;

  constructor(options: AgentsOptions, way: WayOut) {
    this.#options = options;
    this.#way = way;
  }

  /** Agent for an origin, always the same one. */
  of(origin: string): Agent {
    let agent = this.#byOrigin.get(origin);
    if (agent === undefined) {
      const proxy = this.#way.wayTo(origin);
      agent = proxy === null ? this.#directAgent() : this.#agentThrough(proxy);
      this.#byOrigin.set(origin, agent);
    }
    return agent;
  }

  /** Ends exchanges under way and closes the connections. */
  async destroy(): Promise<void> {
    const all = [...this.#byProxy.values(), ...this.#pools, ...(this.#direct ? [this.#direct] : [])];
    await Promise.all(all.map((each) => each.destroy()));
  }

  #directAgent(): Agent {
    this.#direct ??= this.#agent(this.#connector());
    return this.#direct;
  }

  #agentThrough(proxy: ProxyAddress): Agent {
    // Two users of one proxy do not share its connections.
    const key = `${proxy.origin} ${proxy.authorization ?? ''}`;
    const known = this.#byProxy.get(key);
    if (known !== undefined) return known;
    const { secureContext } = this.#way;
    const pool = new ProxyPool(proxy, { timeoutMs: this.#options.connectTimeoutMs, secureContext });
    this.#pools.push(pool);
    const agent = this.#agent(throughTunnels(pool, this.#connector()));
    this.#byProxy.set(key, agent);
    return agent;
  }

  #agent(connect: buildConnector.connector): Agent {
    return new Agent({
      connections: this.#options.connections,
      connect,
      // Callers limit the rest (lib/deadline.ts), because they know the time left; undici's own limits are coarser.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: this.#options.maxResponseSize,
    });
  }

  #connector(): buildConnector.connector {
    const { secureContext } = this.#way;
    return buildConnector({
      timeout: this.#options.connectTimeoutMs,
      ...(secureContext && { secureContext }),
    });
  }
}

function throughTunnels(pool: ProxyPool, connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    const { protocol, hostname, port } = options;
    const isSecure = protocol === 'https:';
    pool.tunnelTo(hostname, port || (isSecure ? 443 : 80), (error, tunnel) => {
      if (error !== null) callback(error, null);
      else if (isSecure) connect({ ...options, httpSocket: tunnel }, callback);
      else callback(null, tunnel);
    });
  };
}

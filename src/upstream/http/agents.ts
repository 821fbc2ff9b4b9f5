import type { SecureContext } from 'node:tls';
import { Agent, buildConnector } from 'undici';
import { isLoopback } from '../../lib/loopback.ts';
import type { ProxyAddress, WayTo } from '../../lib/proxy-address.ts';
import { ProxyPool } from './proxy-pool.ts';
import { type ReachObserver, reachFailureOf } from './reach.ts';

/** How the network is left. */
export interface WayOut {
  readonly wayTo: WayTo;
  /** TLS context of connections to proxies and to what is behind them; undefined for Node's own. */
  readonly secureContext: SecureContext | undefined;
  /** @default none */
  readonly observer?: ReachObserver;
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

/** Way to one origin. */
export interface OriginRoute {
  readonly agent: Agent;
  /** Content codings that are asked for (docs/decisions/0009): unpacking costs more than bytes do between processes of one machine. */
  readonly acceptEncoding: 'gzip, br' | 'identity';
  /** Notes an answer: also a connection that is kept shows that the host is reached. */
  readonly answered: () => void;
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
  readonly #routes = new Map<string, OriginRoute>();
  readonly #byProxy = new Map<string, Agent>();
  readonly #pools: ProxyPool[] = [];
  #direct: Agent | undefined;
  /** Hosts whose last connection failed, as many at most as the settings name. */
  readonly #unreached = new Set<string>();
  #isDestroyed = false;

  constructor(options: AgentsOptions, way: WayOut) {
    this.#options = options;
    this.#way = way;
  }

  /** Way to an origin, always the same one. */
  to(origin: string): OriginRoute {
    let route = this.#routes.get(origin);
    if (route === undefined) {
      const proxy = this.#way.wayTo(origin);
      const isHere = proxy === null && isLoopback(new URL(origin).hostname);
      route = {
        agent: proxy === null ? this.#directAgent() : this.#agentThrough(proxy),
        acceptEncoding: isHere ? 'identity' : 'gzip, br',
        answered: this.#answered(new URL(origin).host, proxy?.name ?? null),
      };
      this.#routes.set(origin, route);
    }
    return route;
  }

  /** Ends exchanges under way and closes the connections. */
  async destroy(): Promise<void> {
    this.#isDestroyed = true;
    const all = [...this.#byProxy.values(), ...this.#pools, ...(this.#direct ? [this.#direct] : [])];
    await Promise.all(all.map((each) => each.destroy()));
  }

  #directAgent(): Agent {
    this.#direct ??= this.#agent(this.#connector(), null);
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
    const agent = this.#agent(throughTunnels(pool, this.#connector()), proxy.name);
    this.#byProxy.set(key, agent);
    return agent;
  }

  #agent(connect: buildConnector.connector, proxy: string | null): Agent {
    return new Agent({
      connections: this.#options.connections,
      connect: (options, callback) =>
        connect(options, (...outcome) => {
          this.#observe(options.host ?? options.hostname, proxy, outcome[0]);
          callback(...outcome);
        }),
      // Callers limit the rest (lib/deadline.ts), because they know the time left; undici's own limits are coarser.
      headersTimeout: 0,
      bodyTimeout: 0,
      maxResponseSize: this.#options.maxResponseSize,
    });
  }

  #answered(host: string, proxy: string | null): () => void {
    return () => {
      if (this.#unreached.has(host)) this.#observe(host, proxy, null);
    };
  }

  #observe(host: string, proxy: string | null, error: Error | null): void {
    const { observer } = this.#way;
    if (error === null) {
      this.#unreached.delete(host);
      observer?.reached(host, proxy);
    } else if (!this.#isDestroyed) {
      this.#unreached.add(host);
      observer?.failed(host, proxy, reachFailureOf(error));
    }
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

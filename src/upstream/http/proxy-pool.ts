import { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { buildConnector, Pool } from 'undici';
import type { ProxyAddress } from '../../lib/proxy-address.ts';

/** The way through a proxy could not be made: the proxy refused it, or was not reached. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** Host and port of the proxy. */
  readonly proxy: string;
  /** Status with which the proxy refused; null when it was not reached or did not answer, which `cause` tells. */
  readonly status: number | null;
  /** For logs that show codes alone. */
  readonly code: string;

  constructor(proxy: string, status: number | null, options?: ErrorOptions) {
    super(status === null ? 'The proxy was not reached' : `The proxy refused with ${status}`, options);
    this.proxy = proxy;
    this.status = status;
    this.code = status === null ? 'ERR_PROXY_NOT_REACHED' : `ERR_PROXY_STATUS_${status}`;
  }
}

type TunnelCallback = (...outcome: [error: null, tunnel: Socket] | [error: ProxyError, tunnel: null]) => void;

export interface ProxyPoolOptions {
  /** Upper bound for a connection to the proxy, and again for its answer. */
  readonly timeoutMs: number;
  /** Undefined for Node's own authorities. */
  readonly secureContext: SecureContext | undefined;
}

/** Connections to one proxy, each of which becomes a tunnel (CONNECT). */
export class ProxyPool extends Pool {
  readonly #address: ProxyAddress;

  constructor(address: ProxyAddress, { timeoutMs, secureContext }: ProxyPoolOptions) {
    const connect = buildConnector({
      timeout: timeoutMs,
      // A tunnel is a connection by itself. Over HTTP/2 the connections to one proxy would share its fate.
      allowH2: false,
      ...(secureContext && { secureContext }),
    });
    super(address.origin, {
      allowH2: false,
      // Undici takes the name in the `Host` header for that of the server, and here that is the name behind the proxy.
      connect: (options, callback) => connect({ ...options, servername: '' }, callback),
      headersTimeout: timeoutMs,
    });
    this.#address = address;
  }

  /**
   * Makes a tunnel to a host and a port, with the credentials for the proxy. The callback gets either a `ProxyError` or the
   * tunnel. An IPv6 address has no brackets.
   */
  tunnelTo(host: string, port: string | number, callback: TunnelCallback): void {
    const { name, authorization } = this.#address;
    const path = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const headers = {
      host: path,
      ...(authorization !== undefined && { 'proxy-authorization': authorization }),
    };
    this.connect({ path, headers }, (cause, answer) => {
      if (cause !== null) return callback(new ProxyError(name, null, { cause }), null);
      const { socket, statusCode } = answer;
      if (statusCode >= 200 && statusCode < 300 && socket instanceof Socket) return callback(null, socket);
      socket.on('error', () => undefined).destroy();
      callback(new ProxyError(name, statusCode), null);
    });
  }
}

import { ProxyError } from './proxy-pool.ts';

/** Why a host cannot be reached. */
export type Obstacle =
  | 'name'
  | 'refused'
  | 'route'
  | 'untrusted'
  | 'expired'
  | 'otherName'
  | 'noTls'
  | 'time'
  | 'proxyName'
  | 'proxyUntrusted'
  | 'proxyAway'
  | 'proxyCredentials'
  | 'proxyRefusal'
  | 'broken';

/** Obstacles in words that everybody may read. */
export const obstacles: Readonly<Record<Obstacle, string>> = {
  name: 'its host name is not known',
  refused: 'it refuses connections',
  route: 'there is no network route to it',
  untrusted: 'its TLS certificate comes from an authority that is not trusted',
  expired: 'its TLS certificate is not valid at this time',
  otherName: 'its TLS certificate is for another name',
  noTls: 'it does not speak TLS',
  time: 'the connection was not open in time',
  proxyName: 'the host name of the proxy is not known',
  proxyUntrusted: 'the TLS certificate of the proxy is not trusted',
  proxyAway: 'the proxy could not be reached',
  proxyCredentials: 'the proxy did not accept the user name and password',
  proxyRefusal: 'the proxy refused the connection',
  broken: 'the connection broke',
};

/** Settings that an operator would look at, for the log. */
export const hints: Readonly<Partial<Record<Obstacle, string>>> = {
  name: 'GENESYSCLOUD_REGION or the configured URL may be wrong, or this network needs a proxy: HTTPS_PROXY',
  route: 'this network may need a proxy: HTTPS_PROXY',
  time: 'this network may need a proxy: HTTPS_PROXY',
  untrusted: 'set CA_FILE to trust further authorities',
  proxyUntrusted: 'set CA_FILE to trust further authorities',
  proxyName: 'HTTPS_PROXY, HTTP_PROXY or GENESYSCLOUD_PROXY_HOST may be wrong',
  proxyAway: 'HTTPS_PROXY, HTTP_PROXY or GENESYSCLOUD_PROXY_HOST may be wrong',
  proxyCredentials: 'the URL of the proxy has its credentials: http://user:password@host:port',
};

/** Failed connection to a host. */
export interface ReachFailure {
  readonly obstacle: Obstacle;
  /** Code of the system or status of the proxy, for the log. */
  readonly code: string | null;
}

/** Learns whether connections can be made. */
export interface ReachObserver {
  /**
   * @param host Host with its port, unless that is the usual one.
   * @param proxy Host and port of the proxy; null for a direct way.
   */
  failed(host: string, proxy: string | null, failure: ReachFailure): void;
  reached(host: string, proxy: string | null): void;
}

const UNTRUSTED =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|INVALID_CA|ERR_SSL_.*UNKNOWN_CA)/;

/** Tells the causes of a failed connection apart. */
export function reachFailureOf(error: Error): ReachFailure {
  if (error instanceof ProxyError) return failureAtProxy(error);
  const code = systemCodeOf(error);
  return { obstacle: obstacleOf(code ?? ''), code };
}

/** Error code, such as ECONNREFUSED or ENOTFOUND: it tells operators where to look, and holds no address. */
export function systemCodeOf(cause: Error): string | null {
  const code = 'code' in cause ? cause.code : null;
  return typeof code === 'string' && /^[A-Z][A-Z\d_]{1,63}$/.test(code) ? code : null;
}

function failureAtProxy({ status, cause }: ProxyError): ReachFailure {
  if (status !== null) {
    return {
      obstacle: status === 407 ? 'proxyCredentials' : 'proxyRefusal',
      code: `status ${status}`,
    };
  }
  const code = cause instanceof Error ? systemCodeOf(cause) : null;
  return { obstacle: atProxy[obstacleOf(code ?? '')] ?? 'proxyAway', code };
}

/** Obstacles at a proxy that are told apart from its absence. */
const atProxy: Readonly<Partial<Record<Obstacle, Obstacle>>> = {
  name: 'proxyName',
  untrusted: 'proxyUntrusted',
  expired: 'proxyUntrusted',
  otherName: 'proxyUntrusted',
};

function obstacleOf(code: string): Obstacle {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
      return 'name';
    case 'ECONNREFUSED':
      return 'refused';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'EACCES':
    case 'EPERM':
      return 'route';
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return 'expired';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'otherName';
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return 'noTls';
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return 'time';
    default:
      return UNTRUSTED.test(code) ? 'untrusted' : 'broken';
  }
}

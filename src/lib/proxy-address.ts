/** A proxy for the way out, and the credentials for it. */
export interface ProxyAddress {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Host and port, as the log shows them. */
  readonly name: string;
  /** Value of `Proxy-Authorization`; undefined without credentials. Never shown. */
  readonly authorization: string | undefined;
}

/** Proxy by which an origin is reached; null where it is reached directly. */
export type WayTo = (origin: string) => ProxyAddress | null;

/** @param url http or https URL, with or without credentials, which are percent-encoded. */
export function proxyAddressOf(url: string): ProxyAddress {
  const { origin, protocol, hostname, port, username, password } = new URL(url);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return {
    origin,
    name: `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`,
    authorization: credentials === ':' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`,
  };
}

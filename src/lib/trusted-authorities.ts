import * as tls from 'node:tls';

// This and zstd are what older Nodes lack. To import them by name would fail there without a word of what is needed.
if (!Reflect.has(tls, 'getCACertificates')) {
  throw new Error('campaign-interaction-gateway needs Node 24 or newer.');
}

/**
 * TLS context that trusts these certificate authorities (PEM) besides those that Node trusts: its own, and those of
 * `NODE_EXTRA_CA_CERTS`. Undefined without any: Node's default then, which connections share.
 */
export function trusting(authorities: readonly string[]): tls.SecureContext | undefined {
  if (authorities.length === 0) return undefined;
  // One context for all connections: to read some 150 certificates takes milliseconds.
  return tls.createSecureContext({ ca: [...tls.getCACertificates('default'), ...authorities] });
}

import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

/**
 * TLS context that trusts these certificate authorities (PEM) besides those that Node trusts: its own, and those of
 * `NODE_EXTRA_CA_CERTS`. Undefined without any: Node's default then, which connections share.
 */
export function trusting(authorities: readonly string[]): SecureContext | undefined {
  if (authorities.length === 0) return undefined;
  // One context for all connections: to read some 150 certificates takes milliseconds.
  return createSecureContext({ ca: [...getCACertificates('default'), ...authorities] });
}

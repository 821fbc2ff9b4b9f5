/** Whether a text can be a scope, as RFC 6749 (section 3.3) writes them. */
export function isScope(text: string): boolean {
  return /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(text);
}

/**
 * The scopes that a verified token grants. Issuers differ in the claim and its form: `scope` (RFC 8693) or `scp`, a list or
 * one text with blanks between them. What is neither grants nothing.
 */
export function scopesIn({ scope, scp }: { readonly scope?: unknown; readonly scp?: unknown }): Set<string> {
  return new Set([scope, scp].flatMap(listed));
}

function listed(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((name) => name !== '');
  return Array.isArray(claim) ? claim.filter((name) => typeof name === 'string') : [];
}

/** True when the text is a valid scope (RFC 6749, section 3.3). */
export function isScope(text: string): boolean {
  return /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(text);
}

/**
 * Scopes that a verified token grants. Issuers differ in the claim and its form: `scope` (RFC 8693) or `scp`, a list or one
 * text separated by blanks. Any other form grants nothing.
 */
export function scopesIn({ scope, scp }: { readonly scope?: unknown; readonly scp?: unknown }): Set<string> {
  return new Set([scope, scp].flatMap(scopeList));
}

function scopeList(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((name) => name !== '');
  return Array.isArray(claim) ? claim.filter((name) => typeof name === 'string') : [];
}

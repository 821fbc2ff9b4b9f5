/**
 * Headers of a page for browsers, by which it is shown in no other page and tells no other site where its visitor was.
 *
 * @param policy Sources by directive of its Content-Security-Policy, besides those that forbid everything else.
 */
export function pageHeaders(policy: Readonly<Record<string, string>>): Record<string, string> {
  const directives = {
    'default-src': "'none'",
    ...policy,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  };
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': Object.entries(directives)
      .map(([directive, sources]) => `${directive} ${sources}`)
      .join('; '),
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    // Older browsers do not know frame-ancestors.
    'x-frame-options': 'DENY',
  };
}

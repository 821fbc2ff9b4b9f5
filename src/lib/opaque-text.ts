/** Text that is opaque to clients: JSON of these parts in base64url. */
export function opaqueText(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Parts of an opaque text; none for a text that is longer than `longest` characters or has no parts. */
export function partsOf(text: string, longest: number): unknown[] {
  if (text.length > longest) return [];
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

/** Moment in the vendor's form, from ms since 1970. */
export function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

/**
 * Reader for values of a set that the vendor extends without notice: an unlisted value becomes `unknown`, never an error.
 * The vendor's spelling differs from ours in case only.
 */
export function openEnum<const Value extends string, const Unknown extends string>(
  values: readonly Value[],
  unknown: Unknown,
): (text: string | null) => Value | Unknown | null {
  // Lower case is the vendor's usual spelling; any other is looked up in upper case.
  const byText = new Map<string, Value>(
    values.flatMap((value) => [
      [value.toLowerCase(), value],
      [value, value],
    ]),
  );
  return (text) => (text === null ? null : (byText.get(text) ?? byText.get(text.toUpperCase()) ?? unknown));
}

/** State of a user or of a skill. */
export const entityStateOf = openEnum(['ACTIVE', 'INACTIVE', 'DELETED'], 'UNKNOWN');

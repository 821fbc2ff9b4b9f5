/**
 * Reads values of a set to which the vendor adds without notice: a value that is not known here becomes `unknown`, never
 * an error. The vendor's spelling differs from ours in case only.
 */
export function openEnum<const Value extends string, const Unknown extends string>(
  values: readonly Value[],
  unknown: Unknown,
): (text: string | null) => Value | Unknown | null {
  // As the vendor writes nearly all of them, and as they are compared.
  const byText = new Map<string, Value>(
    values.flatMap((value) => [
      [value.toLowerCase(), value],
      [value, value],
    ]),
  );
  return (text) => (text === null ? null : (byText.get(text) ?? byText.get(text.toUpperCase()) ?? unknown));
}

/** Of users and skills alike. */
export const entityStateOf = openEnum(['ACTIVE', 'INACTIVE', 'DELETED'], 'UNKNOWN');

/** What the vendor's spellings of one value differ in: `On Queue`, `OnQueue`, `ON_QUEUE`. */
const BETWEEN_WORDS = /[ _-]/g;

function spellingKey(text: string): string {
  return text.replace(BETWEEN_WORDS, '').toUpperCase();
}

/**
 * Reader for values of a set that the vendor extends without notice: an unlisted value becomes `unknown`, never an error.
 * The vendor's spelling differs from ours in case and in what stands between words.
 */
export function openEnum<const Value extends string, const Unknown extends string>(
  values: readonly Value[],
  unknown: Unknown,
): (text: string | null) => Value | Unknown | null {
  // Lower case and our own form are the vendor's usual spellings; any other is looked up by its key.
  const byText = new Map<string, Value>(
    values.flatMap((value) => [
      [value.toLowerCase(), value],
      [spellingKey(value), value],
      [value, value],
    ]),
  );
  return (text) => (text === null ? null : (byText.get(text) ?? byText.get(spellingKey(text)) ?? unknown));
}

/** State of a user or of a skill. */
export const entityStateOf = openEnum(['ACTIVE', 'INACTIVE', 'DELETED'], 'UNKNOWN');

/** Kinds of changes, in the order of the groups in CHANGELOG.md (https://keepachangelog.com/). */
export const KINDS = ['added', 'changed', 'fixed', 'removed', 'security'] as const;

export type Kind = (typeof KINDS)[number];

/** One change that users can notice. */
export interface Change {
  readonly kind: Kind;
  /** One paragraph of Markdown, with the line breaks of its file. */
  readonly text: string;
}

const MAX_CHARACTERS = 600;
/** Openings that would turn the paragraph into something else below a list's dash. */
const MARKS = /^(?:[-*+>#|]|\d+[.)] |```)/m;

/**
 * Reads one file of `.changes/`: a line `kind: added`, an empty line and one paragraph.
 *
 * @throws Error that says what is wrong with the file.
 */
export function parseChange(source: string): Change {
  const [, word, rest = ''] = /^kind: (\S*)\r?\n([^]*)$/.exec(source) ?? [];
  if (word === undefined) throw new Error(`its first line is not "kind: " and one of ${KINDS.join(', ')}`);
  const kind = KINDS.find((known) => known === word);
  if (kind === undefined) throw new Error(`"${word}" is none of the kinds ${KINDS.join(', ')}`);
  const text = rest.replaceAll('\r\n', '\n').trim();
  if (text === '') throw new Error('it says nothing below its kind');
  if (!/^\n\S/.test(rest.replaceAll('\r\n', '\n'))) {
    throw new Error('its kind and its text are not separated by one empty line');
  }
  if (/\n\s*\n/.test(text)) throw new Error('its text has more than one paragraph');
  if (MARKS.test(text)) throw new Error('a line of its text opens with a mark of a list, heading or quote');
  if (!/[.)]$/.test(text)) throw new Error('its text does not end with a full stop');
  if (text.length > MAX_CHARACTERS) {
    throw new Error(`its text has ${text.length} characters, and at most ${MAX_CHARACTERS} are read`);
  }
  return { kind, text };
}

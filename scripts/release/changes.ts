/** Kinds of changes, in the order of CHANGELOG.md. */
const KINDS = ['added', 'changed', 'deprecated', 'removed', 'fixed', 'security'] as const;
type Kind = (typeof KINDS)[number];

export interface Change {
  readonly kind: Kind;
  readonly text: string;
}

/**
 * Change that a file of `.changes/` describes.
 *
 * @throws Error that names the file and what is wrong with it.
 */
export function parseChange(name: string, content: string): Change {
  const [, word = '', text = ''] = /^kind: *(\S*)\n\n([^]*)$/.exec(content) ?? [];
  const kind = KINDS.find((each) => each === word);
  if (kind === undefined) {
    throw new Error(`${name} must begin with "kind: " and one of ${KINDS.join(', ')}, and a blank line.`);
  }
  if (text.trim() === '') throw new Error(`${name} says nothing of the change.`);
  return { kind, text: text.trim() };
}

/** Section of CHANGELOG.md with these changes. */
export function sectionOf(version: string, date: string, changes: readonly Change[]): string {
  const groups = KINDS.map((kind) => {
    const texts = changes.filter((change) => change.kind === kind).map(({ text }) => text);
    if (texts.length === 0) return '';
    return `\n### ${kind.charAt(0).toUpperCase()}${kind.slice(1)}\n\n${texts.map(itemOf).join('\n')}\n`;
  });
  return `## ${version} (${date})\n${groups.join('')}`;
}

function itemOf(text: string): string {
  return `- ${text.replaceAll('\n', '\n  ')}`;
}

import { type Change, KINDS } from './change.ts';

/**
 * Adds a version's section above those of earlier versions.
 *
 * @param date yyyy-mm-dd.
 * @throws Error when the version has a section already, or the changelog has no section to stand above.
 */
export function addSection(
  changelog: string,
  version: string,
  date: string,
  changes: readonly Change[],
): string {
  if (sectionOf(changelog, version) !== null)
    throw new Error(`CHANGELOG.md has a section of ${version} already`);
  const place = changelog.search(/^## /m);
  if (place === -1) throw new Error('CHANGELOG.md has no section above which the new one could stand');
  const section = `## ${version} - ${date}\n\n${formatGroups(changes)}\n\n`;
  return changelog.slice(0, place) + section + changelog.slice(place);
}

/** Text of a version's section without its heading; null when there is none. */
export function sectionOf(changelog: string, version: string): string | null {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split(/\s/, 1)[0] === version);
  return section === undefined ? null : section.slice(section.indexOf('\n')).trim();
}

/** Changes as a list for each kind that has any. */
function formatGroups(changes: readonly Change[]): string {
  return KINDS.flatMap((kind) => {
    const texts = changes.filter((change) => change.kind === kind).map(({ text }) => text);
    if (texts.length === 0) return [];
    const title = kind.charAt(0).toUpperCase() + kind.slice(1);
    return [`### ${title}\n\n${texts.map((text) => `- ${text.replaceAll('\n', '\n  ')}`).join('\n')}`];
  }).join('\n\n');
}

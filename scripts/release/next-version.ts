import type { Change } from './changes.ts';

const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;
const PARTS = new Set(['major', 'minor', 'patch']);

/**
 * Version after `current`.
 *
 * @param wanted A version, or the part to raise. Without one, what the changes ask for: before 1.0.0 the minor part for everything but
 * fixes, afterwards the major part for what is removed or changed.
 * @throws Error for what is no version, or none above the current one.
 */
export function nextVersion(current: string, wanted: string | null, changes: readonly Change[]): string {
  const part = wanted ?? partFor(current, changes);
  if (PARTS.has(part)) return raised(current, part);
  const [now, next] = [numbersOf(current), numbersOf(part)];
  const firstOther = next.findIndex((number, index) => number !== now[index]);
  if (firstOther < 0 || (next[firstOther] ?? 0) < (now[firstOther] ?? 0)) {
    throw new Error(`${part} is not above ${current}, which is the version now.`);
  }
  return part;
}

function partFor(current: string, changes: readonly Change[]): string {
  const kinds = new Set(changes.map(({ kind }) => kind));
  const isBeforeOne = current.startsWith('0.');
  if (!isBeforeOne && (kinds.has('removed') || kinds.has('changed'))) return 'major';
  const areFixes = [...kinds].every((kind) => kind === 'fixed' || kind === 'security');
  return areFixes ? 'patch' : 'minor';
}

function raised(current: string, part: string): string {
  const [major = 0, minor = 0, patch = 0] = numbersOf(current);
  if (part === 'major') return `${major + 1}.0.0`;
  return part === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

function numbersOf(version: string): number[] {
  const match = VERSION.exec(version);
  if (match === null) throw new Error(`"${version}" is no version such as 1.2.3, nor major, minor or patch.`);
  return match.slice(1).map(Number);
}

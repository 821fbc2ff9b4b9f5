import type { Kind } from './change.ts';

/** Major, minor and patch. */
export type Version = readonly [number, number, number];

export const STEPS = ['major', 'minor', 'patch'] as const;

export type Step = (typeof STEPS)[number];

const FORM = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/;

/** @throws Error for anything but three numbers: releases here have no suffixes such as `-beta.1`. */
export function parseVersion(text: string): Version {
  const [, major, minor, patch] = FORM.exec(text) ?? [];
  if (patch === undefined) throw new Error(`"${text}" is no version: three numbers, such as 1.2.3`);
  return [Number(major), Number(minor), Number(patch)];
}

export function formatVersion(version: Version): string {
  return version.join('.');
}

export function isHigher(version: Version, than: Version): boolean {
  const index = version.findIndex((number, position) => number !== than[position]);
  return index !== -1 && (version[index] ?? 0) > (than[index] ?? 0);
}

export function increase([major, minor, patch]: Version, step: Step): Version {
  switch (step) {
    case 'major':
      return [major + 1, 0, 0];
    case 'minor':
      return [major, minor + 1, 0];
    case 'patch':
      return [major, minor, patch + 1];
  }
}

/**
 * Step that the kinds of the changes call for, by semantic versioning. Removals are breaking: major, or minor before 1.0,
 * where a minor version may break. Additions and changes are minor, repairs alone are a patch. Whether a change breaks
 * clients is for its author to judge (`npm run schema:diff` helps), who then names the version.
 */
export function suggestStep(kinds: readonly Kind[], current: Version): Step {
  if (kinds.includes('removed')) return current[0] === 0 ? 'minor' : 'major';
  return kinds.some((kind) => kind === 'added' || kind === 'changed') ? 'minor' : 'patch';
}

import type { ModelTypes } from './read-declarations.ts';

/** How one model differs between two versions of the SDK: a line each, such as `+ email: string`. */
export interface ModelChanges {
  readonly model: string;
  readonly lines: readonly string[];
}

/** What has changed in these models since a version in which they were looked at; models that have not are left out. */
export function compare(names: readonly string[], before: ModelTypes, now: ModelTypes): ModelChanges[] {
  return names
    .map((model) => ({ model, lines: changesOf(before[model], now[model]) }))
    .filter(({ lines }) => lines.length > 0);
}

function changesOf(before: ModelTypes[string] | undefined, now: ModelTypes[string] | undefined): string[] {
  if (before === undefined) return ['not looked at before'];
  if (now === undefined) return ['gone'];
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].flatMap((property) => {
    const [was, is] = [before[property], now[property]];
    if (was === is) return [];
    if (was === undefined) return `+ ${property}: ${is}`;
    return is === undefined ? `- ${property}: ${was}` : `~ ${property}: ${was} → ${is}`;
  });
}

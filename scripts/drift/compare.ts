import type { ModelTypes } from './read-declarations.ts';

/** Differences of one model between two versions of the SDK: a line each, such as `+ email: string`. */
export interface ModelChanges {
  readonly model: string;
  readonly lines: readonly string[];
}

/** Changes of these models since the reviewed version; unchanged models are left out. */
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

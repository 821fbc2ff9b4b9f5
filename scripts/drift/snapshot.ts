import type { ModelTypes } from './read-declarations.ts';
import type { Sdk } from './read-sdk.ts';

/** The vendor's models that the gateway reads, as they were in the version of the SDK that somebody looked at last. */
export interface Snapshot {
  readonly version: string;
  readonly models: ModelTypes;
}

/** Of these models, with everything in alphabetical order: the vendor's own order means nothing. */
export function snapshotOf({ version, models }: Sdk, names: readonly string[]): Snapshot {
  const read = Object.entries(models).filter(([name]) => names.includes(name));
  const ordered = read.map(([name, properties]) => [name, sorted(properties)] as const);
  return { version, models: sorted(Object.fromEntries(ordered)) };
}

function sorted<Value>(values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

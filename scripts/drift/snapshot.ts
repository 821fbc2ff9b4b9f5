import type { ModelTypes } from './read-declarations.ts';
import type { Sdk } from './read-sdk.ts';

/** Vendor models that the gateway reads, as of the last reviewed version of the SDK. */
export interface Snapshot {
  readonly version: string;
  readonly models: ModelTypes;
}

/** Snapshot of these models in alphabetical order, because the vendor's order means nothing. */
export function snapshotOf({ version, models }: Sdk, names: readonly string[]): Snapshot {
  const read = Object.entries(models).filter(([name]) => names.includes(name));
  const ordered = read.map(([name, properties]) => [name, sorted(properties)] as const);
  return { version, models: sorted(Object.fromEntries(ordered)) };
}

function sorted<Value>(values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

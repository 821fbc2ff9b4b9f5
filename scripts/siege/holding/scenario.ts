import type { Ground } from './ground.ts';

/** What came of a scenario. */
export interface Outcome {
  /** Measured figures, as the table shows them. */
  readonly figure: string;
  /** Relations that do not hold; empty when the gateway withstood. */
  readonly problems: readonly string[];
}

/** Way to make a gateway hold more than it should: memory, connections, sockets, quota. Each has a gateway of its own. */
export interface Scenario {
  /** Unique; also the name for SIEGE_ATTACKS. */
  readonly name: string;
  /** Figures from before there was a bound, as measured then. */
  readonly before: string;
  /** Most files that this process, or the gateway, opens at once. */
  readonly openFiles: number;
  /** Reason that the scenario cannot be run on this machine; null when it can. @default null */
  readonly whySkipped?: () => string | null;
  readonly run: (ground: Ground) => Promise<Outcome>;
}

/** Problem of a value above its bound; none when it is within. */
export function above(what: string, value: number, most: number, unit = ''): string[] {
  // A value that is no number was not measured.
  return value <= most ? [] : [`${what}: ${shown(value)}${unit}; ${shown(most)}${unit} may be`];
}

function shown(value: number): string {
  return value.toFixed(Math.abs(value) < 10 && !Number.isInteger(value) ? 2 : 0);
}

/** Change of a figure in megabytes. */
export function signed(megabytes: number): string {
  return `${megabytes < 0 ? '-' : '+'}${Math.abs(megabytes).toFixed(0)} MB`;
}

/** The value that this share of the values do not exceed; NaN when there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

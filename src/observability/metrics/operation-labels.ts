import type { RequestRecord } from '../requests/record.ts';

/** Upper bound of names when no trusted names are given. */
export const MOST_NAMES = 50;

/**
 * Labels of requests' operations. Their number is bounded, although clients can name operations freely: the trusted names,
 * or the first that were answered without errors; `other` for the rest, `anonymous` without a name that may be logged, and
 * `none` without a parsed document.
 */
export class OperationLabels {
  readonly #trusted: ReadonlySet<string> | undefined;
  readonly #seen = new Set<string>();

  constructor(trusted?: ReadonlySet<string>) {
    this.#trusted = trusted;
  }

  of({ hasOperation, operationName: name }: RequestRecord, wasAnswered: boolean): string {
    if (!hasOperation) return 'none';
    if (name === undefined) return 'anonymous';
    if (this.#trusted !== undefined) return this.#trusted.has(name) ? name : 'other';
    if (this.#seen.has(name)) return name;
    if (!wasAnswered || this.#seen.size >= MOST_NAMES) return 'other';
    this.#seen.add(name);
    return name;
  }
}

import type { RequestRecord } from '../requests/record.ts';

/** How many names there are when nobody has said which are to be trusted. */
const MOST_NAMES = 50;

/**
 * Gives each request's operation a label of which there are few, although clients can name operations as they like: the trusted
 * ones, or the first that were answered without errors; `other` for the rest, `anonymous` without a name, and `none` where
 * it came to no operation.
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

import { GraphQLError } from 'graphql';

/**
 * Counter of the fields of one answer while it is made: completed values (leaves and objects) and elements of lists. A value
 * at two places of an answer counts twice, because it is written out twice.
 */
export class AnswerSize {
  readonly maxFields: number;
  #fields = 0;
  readonly #exceeded = Promise.withResolvers<void>();

  constructor(maxFields: number) {
    this.maxFields = maxFields;
  }

  /** Number of fields so far. Once above `maxFields`, it no longer changes. */
  get fields(): number {
    return this.#fields;
  }

  get isExceeded(): boolean {
    return this.#fields > this.maxFields;
  }

  /** Resolves when there are too many fields. Pending values need not be awaited then. */
  get exceeded(): Promise<void> {
    return this.#exceeded.promise;
  }

  /**
   * Adds fields, before they are made.
   *
   * @throws GraphQLError when there are too many. The error ends the whole answer: nullable fields do not stop it.
   */
  add(fields: number): void {
    // Values that arrive after the end must not change the number that the client is told.
    if (!this.isExceeded) this.#fields += fields;
    if (!this.isExceeded) return;
    this.#exceeded.resolve();
    throw new GraphQLError('The answer has too many fields.', ending);
  }
}

/** Extension that marks an error as the end of the execution for the executor of @graphql-tools (its `CRITICAL_ERROR`). */
const ending = { extensions: { CRITICAL_ERROR: true } };

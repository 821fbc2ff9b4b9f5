import { GraphQLError } from 'graphql';

/**
 * Count of the fields of one answer while it is made: completed values (leaves and objects) and elements of lists. A value that
 * two places of an answer share counts in both, because it is written out twice.
 */
export class AnswerSize {
  readonly maxFields: number;
  #fields = 0;
  readonly #exceeded = Promise.withResolvers<void>();

  constructor(maxFields: number) {
    this.maxFields = maxFields;
  }

  /** Fields so far. Once there are more than `maxFields`, the number at which the answer was ended. */
  get fields(): number {
    return this.#fields;
  }

  get isExceeded(): boolean {
    return this.#fields > this.maxFields;
  }

  /** Resolves when there are too many fields. Nobody has to wait for values that are still under way then. */
  get exceeded(): Promise<void> {
    return this.#exceeded.promise;
  }

  /**
   * Adds fields, before they are made.
   *
   * @throws GraphQLError when there are too many. It ends the whole answer: no nullable field stops it on its way up.
   */
  add(fields: number): void {
    // Values still under way after the end must not change the number that the client is told.
    if (!this.isExceeded) this.#fields += fields;
    if (!this.isExceeded) return;
    this.#exceeded.resolve();
    throw new GraphQLError('The answer has too many fields.', ending);
  }
}

/** Extension by which the executor of @graphql-tools knows an error that ends the execution (its `CRITICAL_ERROR`). */
const ending = { extensions: { CRITICAL_ERROR: true } };

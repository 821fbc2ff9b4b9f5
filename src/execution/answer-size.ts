import { GraphQLError } from 'graphql';

/**
 * Counts the fields of one answer while it is made: completed values, leaves as well as objects, and elements of lists. What two
 * places of an answer share counts in both, for it is written out twice.
 */
export class AnswerSize {
  readonly maxFields: number;
  #fields = 0;
  readonly #exceeded = Promise.withResolvers<void>();

  constructor(maxFields: number) {
    this.maxFields = maxFields;
  }

  /** So far; beyond `maxFields` where it was given up. */
  get fields(): number {
    return this.#fields;
  }

  get isExceeded(): boolean {
    return this.#fields > this.maxFields;
  }

  /** Resolves when there are too many. Nothing that is still under way then is worth waiting for. */
  get exceeded(): Promise<void> {
    return this.#exceeded.promise;
  }

  /**
   * Is told of fields before they are made.
   *
   * @throws GraphQLError when there are too many of them. It ends the whole answer, whatever may be null on the way.
   */
  add(fields: number): void {
    // What is still under way then adds nothing.
    if (!this.isExceeded) this.#fields += fields;
    if (!this.isExceeded) return;
    this.#exceeded.resolve();
    throw new GraphQLError('The answer has too many fields.', ending);
  }
}

/** By this the executor of @graphql-tools tells errors that end everything from those of a field (`CRITICAL_ERROR`). */
const ending = { extensions: { CRITICAL_ERROR: true } };

import { GraphQLError } from 'graphql';
import { jsonLength } from '../lib/json-length.ts';

/** Pace at which an execution has to work: it shares the event loop, and may have to stop. */
export interface Pace {
  /** True when the execution must wait for its turn before it goes on. */
  isDue(): boolean;
  /** Resolves when it is the execution's turn again. */
  turn(): Promise<void>;
  /**
   * Admits an answer of so many fields, and can reserve room for them. False when it must not be made any further.
   *
   * @param fields Number of its fields so far.
   */
  admit(fields: number): boolean;
}

export interface AnswerMeterOptions {
  /** Maximum number of fields. @default Infinity */
  readonly maxFields?: number;
  /** @default null, where the execution is never interrupted */
  readonly pace?: Pace | null;
}

/** Number of steps between two looks at the pace. A step takes about a microsecond. */
const STEPS_BETWEEN_LOOKS = 512;
/** Number of steps that the end of a promise counts: a resolver may have worked before it. */
const STEPS_OF_PROMISE = 8;

/** Error that ends a whole answer: nullable fields do not stop it. */
export const answerEndedError = new GraphQLError('The answer has ended.');

/**
 * Meter of one answer while it is made. It counts fields: completed values (leaves and objects) and elements of lists. A value
 * at two places of an answer counts twice, because it is written out twice. Fields and other steps also count for the pace.
 */
export class AnswerMeter {
  readonly maxFields: number;
  readonly #pace: Pace | null;
  #fields = 0;
  #length = 0;
  #stepsLeft = STEPS_BETWEEN_LOOKS;
  #hasEnded = false;
  #isDue = false;
  readonly #end = Promise.withResolvers<void>();

  constructor({ maxFields = Infinity, pace = null }: AnswerMeterOptions = {}) {
    this.maxFields = maxFields;
    this.#pace = pace;
  }

  /** Number of fields so far. Once above `maxFields`, it no longer changes. */
  get fields(): number {
    return this.#fields;
  }

  /**
   * Length of the JSON text of the fields so far, about, in UTF-16 code units. Whoever writes the answer need not look at all of
   * it to see that it is short.
   */
  get length(): number {
    return this.#length;
  }

  get isExceeded(): boolean {
    return this.#fields > this.maxFields;
  }

  /** True when there are too many fields or the pace is over. Whatever is completed from then on is no answer. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Resolves when the answer has ended. Pending values need not be awaited then. */
  get end(): Promise<void> {
    return this.#end.promise;
  }

  /** True when long work must wait for its `turn`. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /**
   * Adds fields, before they are made.
   *
   * @param steps Steps that they take.
   * @param length Length of their names and punctuation.
   * @throws GraphQLError when the answer has ended.
   */
  add(fields: number, steps = fields, length = 0): void {
    if (this.#hasEnded) throw answerEndedError;
    this.#fields += fields;
    this.#length += length;
    this.#stepsLeft -= steps;
    if (this.#stepsLeft <= 0 || this.#fields > this.maxFields) this.#look();
  }

  /** Adds the length of a completed leaf, which `add` has counted as a field already. */
  addLeaf(leaf: unknown): void {
    this.#length += leafLength(leaf);
  }

  /**
   * Counts the end of a promise. The event loop may have had a turn since.
   *
   * @throws GraphQLError when the answer has ended.
   */
  promiseEnded(): void {
    if (this.#hasEnded) throw answerEndedError;
    this.#stepsLeft -= STEPS_OF_PROMISE;
    if (this.#isDue || this.#stepsLeft <= 0) this.#look();
  }

  /**
   * Resolves when it is the execution's turn again.
   *
   * @throws GraphQLError when the answer has ended.
   */
  async turn(): Promise<void> {
    await this.#pace?.turn();
    this.#isDue = false;
    this.#look();
  }

  #look(): void {
    this.#stepsLeft = STEPS_BETWEEN_LOOKS;
    if (this.isExceeded || this.#pace?.admit(this.#fields) === false) {
      this.#hasEnded = true;
      this.#end.resolve();
    }
    if (this.#hasEnded) throw answerEndedError;
    this.#isDue = this.#pace?.isDue() ?? false;
  }
}

/** Length of the JSON text of a completed leaf, beyond what a short one takes. */
export function leafLength(leaf: unknown): number {
  if (typeof leaf === 'string') return leaf.length;
  return typeof leaf === 'object' && leaf !== null ? jsonLength(leaf) : 0;
}

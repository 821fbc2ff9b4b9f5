import { UpstreamError } from '../errors.ts';

/** Faults that make a 2xx answer, or a part of it, unusable. */
export type AnswerFault = 'body' | 'contactList' | 'cut' | 'date' | 'json' | 'reference' | 'row' | 'value';

const faultMessages: Record<AnswerFault, string> = {
  body: 'the upstream gave an answer that cannot be read',
  contactList: 'the upstream did not say in which contact list the contact is',
  cut: 'the upstream gave fewer rows than it has',
  date: 'the upstream gave a date that cannot be read',
  json: 'the upstream gave a JSON value that is too deep or too large',
  reference: 'the upstream gave a reference whose id is not an id',
  row: 'the upstream gave a row without a valid id, and the row was left out',
  value: 'the upstream gave a value of the wrong type',
};

/** Metadata of one upstream answer, without its body: entities keep the metadata longer than the body is needed. */
export class UpstreamAnswer {
  /** Name of the REST resource that answered. */
  readonly resource: string;
  /** HTTP status, always 2xx. */
  readonly status: number;
  readonly correlationId: string | undefined;
  /** Epoch milliseconds of this process's clock. */
  readonly receivedAtMs: number;
  #faults: Map<AnswerFault, UpstreamError> | undefined;

  constructor(resource: string, status: number, correlationId: string | undefined, receivedAtMs: number) {
    this.resource = resource;
    this.status = status;
    this.correlationId = correlationId;
    this.receivedAtMs = receivedAtMs;
  }

  /** Error for `fault`: the same object each time, so that clients get one error per answer and fault. */
  fault(fault: AnswerFault): UpstreamError {
    this.#faults ??= new Map();
    let error = this.#faults.get(fault);
    if (error === undefined) {
      error = new UpstreamError(
        {
          code: 'UPSTREAM_BAD_RESPONSE',
          message: faultMessages[fault],
          upstreamStatus: this.status,
          ...(this.correlationId !== undefined && { correlationId: this.correlationId }),
        },
        { resource: this.resource },
      );
      this.#faults.set(fault, error);
    }
    return error;
  }
}

/** Result of a read: the parsed JSON of a 2xx answer, its bytes and its metadata. */
export interface UpstreamRead {
  readonly body: unknown;
  /**
   * Text of `body` in UTF-8 (`lib/utf8.ts`), for caches: a fraction of the size of `body` and of its cost to the garbage
   * collector.
   */
  readonly bytes: Buffer;
  readonly answer: UpstreamAnswer;
}

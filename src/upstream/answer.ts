import { UpstreamError } from '../errors.ts';

/** Ways in which an answer that arrived can still be unusable in parts. */
export type AnswerFault = 'body' | 'contactList' | 'cut' | 'date' | 'reference' | 'row' | 'value';

const faultMessages: Record<AnswerFault, string> = {
  body: 'the upstream gave an answer that cannot be read',
  contactList: 'the upstream did not say in which contact list the contact is',
  cut: 'the upstream gave fewer rows than it has',
  date: 'the upstream gave a date that cannot be read',
  reference: 'the upstream gave a reference whose id is not an id',
  row: 'the upstream gave a row without a usable id, which was left out',
  value: 'the upstream gave a value of the wrong type',
};

/** One answer of the upstream, without its body: what came in it may be kept long after the rest of it is of no use. */
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

  /** The error for this fault: the same object each time, so that clients are told once per answer and fault. */
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

/** What a read gives: the parsed JSON of a 2xx answer, and where it came from. */
export interface UpstreamRead {
  readonly body: unknown;
  /**
   * What `body` was parsed from: a fraction of its size and of what it costs the garbage collector, for those who keep it. See
   * `lib/utf8.ts`.
   */
  readonly bytes: Buffer;
  readonly answer: UpstreamAnswer;
}

import type { ServerResponse } from 'node:http';
import type { OwnWork } from '../lib/own-work.ts';
import type { AnswerInFlight } from './answer-in-flight.ts';

/** Context of a request as far as answers need it. `answer` and `work` are undefined where the gateway has made no context. */
export interface AnswerContext {
  readonly answer?: AnswerInFlight;
  readonly work?: OwnWork;
  /** Response of the `node:http` server; undefined where there is none. */
  readonly res?: ServerResponse;
}

/** Bytes of large answers, by request. Their results are written as an empty text. */
export type LargeAnswers = WeakMap<Request, Buffer<ArrayBuffer>[]>;

import { type Dispatcher, errors } from 'undici';
import type { Signal } from '../../lib/signal.ts';
import { LARGE_BYTES, Slices } from '../../lib/slices.ts';
import type { Turns } from '../../lib/turns.ts';
import type { AnswerHeaders } from './error-answer.ts';
import { type AnswerHead, unanswered, UnreadableCodingError } from './failed-exchange.ts';
import { systemCodeOf } from './reach.ts';
import type { ExchangeHooks, HttpAnswer } from './transport.ts';
import { type PackedCoding, codingOf, type Pausable, Unpacker } from './unpacking.ts';

/** Upper bound for an answer held in memory. Thousands of interactions with conversations stay well below it. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * Undici's handler of one exchange. Answers are read whole in any case, so the bytes are collected as they come: a stream
 * for each answer would cost as much as the exchange itself. Only a packed answer has one, which unpacks the pieces as they
 * come; bounds hold for the unpacked bytes.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #turns: Turns;
  readonly #signal: Signal;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (error: unknown) => void;
  readonly #chunks: Buffer[] = [];
  readonly #onEnd: (() => void) | undefined;
  /** Undefined once it was called. */
  #onLarge: ExchangeHooks['onLarge'];
  /** Body of a large answer whose length the upstream has told; undefined for others. */
  #whole: Buffer | undefined;
  #length = 0;
  #controller: Dispatcher.DispatchController | undefined;
  #head: AnswerHead | undefined;
  /** Undefined for an answer that is sent as it is. */
  #unpacker: Unpacker | undefined;

  constructor(
    turns: Turns,
    signal: Signal,
    resolve: (answer: HttpAnswer) => void,
    reject: (error: unknown) => void,
    onLarge: ExchangeHooks['onLarge'],
    onEnd: ExchangeHooks['onEnd'],
  ) {
    this.#onLarge = onLarge;
    this.#onEnd = onEnd;
    this.#turns = turns;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    if (signal.aborted) this.#abort();
    else signal.addEventListener('abort', this.#abort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The exchange was aborted, and rejected, before there was a connection.
    if (this.#signal.aborted) controller.abort(new errors.RequestAbortedError());
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    // Informational answers (1xx) may precede the answer.
    if (status < 200) return;
    this.#head = { status, headers };
    const length = Number(headers['content-length']);
    const coding = codingOf(headers);
    if (coding === 'unknown')
      controller.abort(new UnreadableCodingError('content coding that is not understood'));
    // undici by itself would first receive all that may be held.
    else if (length > MAX_ANSWER_BYTES) controller.abort(new errors.ResponseExceededMaxSizeError());
    else if (coding !== null) this.#unpacker = this.#unpackerOf(coding, controller);
    // Collected chunks and their copy would take twice the memory. What is not received yet takes none.
    else if (length > LARGE_BYTES) this.#whole = Buffer.allocUnsafeSlow(length);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#unpacker === undefined) this.#take(chunk, controller);
    else this.#unpacker.write(chunk, controller);
  }

  onResponseEnd(): void {
    this.#onEnd?.();
    if (this.#unpacker === undefined) this.#finish();
    else this.#unpacker.end();
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#onEnd?.();
    this.#fail(error);
  }

  #unpackerOf(coding: PackedCoding, controller: Dispatcher.DispatchController): Unpacker {
    return new Unpacker(coding, {
      onPiece: (piece, source) => {
        if (this.#length + piece.length <= MAX_ANSWER_BYTES) this.#take(piece, source);
        else this.#breakOff(controller, new errors.ResponseExceededMaxSizeError());
      },
      onEnd: () => this.#finish(),
      onError: (error) => {
        const why = systemCodeOf(error);
        const detail = `content coding ${coding}${why === null ? '' : `: ${why}`}`;
        this.#breakOff(controller, new UnreadableCodingError(detail));
      },
    });
  }

  /** Keeps bytes of the body. `source` is paused until a large answer may be received. */
  #take(bytes: Buffer, source: Pausable): void {
    if (this.#whole === undefined) this.#chunks.push(bytes);
    else bytes.copy(this.#whole, this.#length);
    this.#length += bytes.length;
    if (this.#length <= LARGE_BYTES || this.#onLarge === undefined) return;
    const mayGoOn = this.#onLarge(this.#whole?.length ?? null);
    this.#onLarge = undefined;
    source.pause();
    void mayGoOn.then(() => source.resume());
  }

  #finish(): void {
    this.#signal.removeEventListener('abort', this.#abort);
    if (this.#head === undefined) throw new TypeError('undici ended an answer without a head.');
    const { status, headers } = this.#head;
    if (this.#whole?.length === this.#length) {
      this.#resolve({ status, headers, bytes: this.#whole });
      return;
    }
    if (this.#length <= LARGE_BYTES) {
      this.#resolve({ status, headers, bytes: joined(this.#chunks, this.#length) });
      return;
    }
    joinedInSlices(this.#chunks, this.#length, new Slices(this.#turns, this.#signal)).then(
      (bytes) => this.#resolve({ status, headers, bytes }),
      this.#reject,
    );
  }

  #fail(error: Error): void {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#unpacker?.destroy();
    this.#reject(unanswered(error, this.#head));
  }

  /** Ends an answer that cannot be unpacked. To abort one that has been received does nothing. */
  #breakOff(controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error);
    controller.abort(error);
  }

  readonly #abort = (): void => {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#unpacker?.destroy();
    this.#reject(this.#signal.reason);
    this.#controller?.abort(new errors.RequestAbortedError());
  };
}

/** Copy in a buffer of its own: `Buffer.concat` puts small results into a larger buffer, which each would keep in memory. */
function joined(chunks: readonly Buffer[], length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(bytes, at);
  return bytes;
}

/** Like `joined`, for bytes of which the copy alone would block for long: each page of new memory costs the system time. */
async function joinedInSlices(chunks: readonly Buffer[], length: number, slices: Slices): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const chunk of chunks) {
    at += chunk.copy(bytes, at);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one slice after the other
    if (slices.isOver(chunk.length)) await slices.next();
  }
  return bytes;
}

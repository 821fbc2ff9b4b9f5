import type { OneAfterAnother } from '../lib/one-after-another.ts';
import type { OwnWork, WorkEnd } from '../lib/own-work.ts';
import { releaseBytes } from '../lib/release-bytes.ts';
import { HUGE_BYTES } from '../lib/slices.ts';
import { remainingLength } from '../lib/json-length.ts';
import { jsonPieces, type Piece, PIECE_CODE_UNITS } from './json-pieces.ts';

/** Text of an answer, or its bytes in UTF-8 where it is so large that joining and encoding it at once would take long. */
export type WrittenAnswer = string | Buffer<ArrayBuffer>[];

/** Reason for which an answer was not written to its end, and how many bytes it had then. */
export interface Unwritten {
  readonly reason: 'bytes' | 'room' | WorkEnd;
  readonly bytes: number;
}

export interface WritingOptions {
  /** Length of the data's text, about, in UTF-16 code units; null when it is not known. */
  readonly dataLength: number | null;
  /** Upper bound of the answer's bytes. */
  readonly maxBytes: number;
  /** Work that writing is a part of; null where only small answers come from. */
  readonly work: Pick<OwnWork, 'isDue' | 'turn' | 'end'> | null;
  /**
   * Called with the number of bytes so far when there are many. False ends the writing, because there is no room for them: a
   * small one needs none, so that an error can always be told.
   */
  readonly hasRoom: (bytes: number) => boolean;
  /** Largest text that is given as such, in UTF-16 code units; what is larger is given in bytes. */
  readonly longestText: number;
  /** Writings of huge answers. */
  readonly hugeOnes: OneAfterAnother;
}

interface ResultParts {
  readonly data?: unknown;
  readonly errors?: unknown;
  readonly extensions?: unknown;
}

/**
 * Writes an answer as JSON, in pieces, with turns of the event loop between them. A promise only for a huge answer, or one that
 * has taken more than one turn.
 */
export function writeAnswer(
  answer: ResultParts,
  options: WritingOptions,
): WrittenAnswer | Unwritten | Promise<WrittenAnswer | Unwritten> {
  return new Writing(answer, options).run();
}

export function isUnwritten(written: WrittenAnswer | Unwritten): written is Unwritten {
  return typeof written === 'object' && 'reason' in written;
}

/** Bytes of an answer in UTF-8. */
export function bytesOf(written: string | readonly Buffer<ArrayBuffer>[]): number {
  if (typeof written === 'string') return Buffer.byteLength(written);
  return written.reduce((bytes, { length }) => bytes + length, 0);
}

/** Upper bound of an answer that needs no room of its own, in bytes. */
const ROOMLESS = 16 * 1024;

/** Bytes that are written within some milliseconds, as ordinary answers are: they need no turn of their own. */
const SHORT = 512 * 1024;

class Writing {
  readonly #options: WritingOptions;
  readonly #pieces: Iterator<Piece, void>;
  readonly #chunks: Buffer<ArrayBuffer>[] = [];
  /** Text without its bytes, as long as it may be given as text. */
  #text = '';
  #bytes = 0;
  /** True once it is the turn of this answer among the huge ones. */
  #mayBeHuge = false;

  constructor(answer: ResultParts, options: WritingOptions) {
    this.#options = options;
    this.#pieces = isOnePiece(answer, options) ? [[JSON.stringify(answer)]].values() : jsonPieces(answer);
  }

  run(): WrittenAnswer | Unwritten | Promise<WrittenAnswer | Unwritten> {
    return this.#turn() ?? this.#turns();
  }

  async #turns(): Promise<WrittenAnswer | Unwritten> {
    const { work } = this.#options;
    for (;;) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
      await work?.turn();
      const reason = work?.end ?? null;
      const written = reason === null ? this.#turn() : this.#unwritten(reason);
      if (written !== null) return written;
      if (this.#bytes > HUGE_BYTES && !this.#mayBeHuge) return this.#options.hugeOnes.run(this.#huge);
    }
  }

  readonly #huge = (): Promise<WrittenAnswer | Unwritten> => {
    this.#mayBeHuge = true;
    return this.#turns();
  };

  /** Writes pieces until the event loop is due to others, or the answer is huge and has to wait for others. Null then. */
  #turn(): WrittenAnswer | Unwritten | null {
    const { maxBytes, work, hasRoom } = this.#options;
    for (;;) {
      const next = this.#pieces.next();
      if (next.done === true) return this.#chunks.length === 0 ? this.#text : this.#inBytes();
      this.#add(next.value);
      if (this.#bytes > maxBytes) return this.#unwritten('bytes');
      if (this.#bytes > ROOMLESS && !hasRoom(this.#bytes)) return this.#unwritten('room');
      if (this.#bytes > HUGE_BYTES && !this.#mayBeHuge) return null;
      if (this.#bytes > SHORT && work?.isDue() === true) return null;
    }
  }

  #unwritten(reason: Unwritten['reason']): Unwritten {
    for (const chunk of this.#chunks) releaseBytes(chunk);
    return { reason, bytes: this.#bytes };
  }

  #add(piece: Piece): void {
    let units = 0;
    let bytes = 0;
    for (const text of piece) {
      units += text.length;
      bytes += Buffer.byteLength(text);
    }
    this.#bytes += bytes;
    if (this.#chunks.length === 0 && this.#text.length + units <= this.#options.longestText) {
      for (const text of piece) this.#text += text;
      return;
    }
    if (this.#text !== '') this.#inBytes();
    const chunk = Buffer.allocUnsafeSlow(bytes);
    let at = 0;
    for (const text of piece) at += chunk.write(text, at);
    this.#chunks.push(chunk);
  }

  #inBytes(): Buffer<ArrayBuffer>[] {
    if (this.#text !== '') this.#chunks.push(Buffer.from(this.#text));
    this.#text = '';
    return this.#chunks;
  }
}

/** True for an answer that is known to be short, without a look at its data. */
function isOnePiece({ errors, extensions }: ResultParts, { dataLength }: WritingOptions): boolean {
  return dataLength !== null && remainingLength([errors, extensions], PIECE_CODE_UNITS - dataLength) >= 0;
}

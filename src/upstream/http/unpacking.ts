import type { Transform } from 'node:stream';
import {
  brotliDecompressSync,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  gunzipSync,
  inflateRawSync,
  inflateSync,
} from 'node:zlib';
import { LARGE_BYTES } from '../../lib/slices.ts';
import type { AnswerHeaders } from './error-answer.ts';

/** Content codings that are understood. */
export type PackedCoding = 'gzip' | 'deflate' | 'br';

/** Most packed bytes that are unpacked at once. */
const SMALL_BYTES = 64 * 1024;
/** Bytes of an unpacked piece. Answers are mostly larger than Node's default of 16 kB. */
const PIECE = { chunkSize: 64 * 1024 };

/**
 * Content coding of an answer; null when it is sent as it is, and `unknown` for one that is not understood. Several codings
 * in one another are not: nobody uses them but for bombs.
 */
export function codingOf(headers: AnswerHeaders): PackedCoding | 'unknown' | null {
  const header = headers['content-encoding'];
  const codings = [header]
    .flat()
    .flatMap((value) => (value ?? '').toLowerCase().split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  const [coding = null, ...more] = codings;
  if (more.length > 0) return 'unknown';
  switch (coding) {
    case null:
    case 'gzip':
    case 'deflate':
    case 'br':
      return coding;
    case 'x-gzip':
      return 'gzip';
    default:
      return 'unknown';
  }
}

/** Source of bytes that can be made to wait. */
export interface Pausable {
  pause(): void;
  resume(): void;
}

export interface UnpackerHooks {
  /** Gets the unpacked bytes. Small answers come in one piece, at the end. */
  readonly onPiece: (piece: Buffer, source: Pausable) => void;
  /** Called once all is unpacked and all was received: whoever sends may add bytes to what is packed, or not end it. */
  readonly onEnd: () => void;
  readonly onError: (error: Error) => void;
}

/**
 * Unpacks an answer. A small one is unpacked at once, when all of it is there: a stream takes several times as long (docs/decisions/0009).
 * A larger one is unpacked by a stream, in pieces as they come.
 */
export class Unpacker {
  readonly #coding: PackedCoding;
  readonly #hooks: UnpackerHooks;
  readonly #received: Buffer[] = [];
  #length = 0;
  #stream: Transform | undefined;
  /** Source that waits for the stream. */
  #paused: Pausable | undefined;
  #isReceived = false;
  #isUnpacked = false;

  constructor(coding: PackedCoding, hooks: UnpackerHooks) {
    this.#coding = coding;
    this.#hooks = hooks;
  }

  /** Takes packed bytes, and drops what follows their end. `source` is paused while too many of them wait. */
  write(bytes: Buffer, source: Pausable): void {
    if (this.#isUnpacked) return;
    if (this.#stream === undefined) {
      this.#received.push(bytes);
      this.#length += bytes.length;
      if (this.#length <= SMALL_BYTES) return;
      this.#stream = this.#begin();
      bytes = Buffer.concat(this.#received.splice(0));
    }
    if (this.#stream.write(bytes)) return;
    source.pause();
    this.#paused = source;
    this.#stream.once('drain', () => this.#goOn());
  }

  end(): void {
    this.#isReceived = true;
    if (this.#isUnpacked) return this.#hooks.onEnd();
    if (this.#stream !== undefined) {
      this.#stream.end();
      return;
    }
    const bytes = Buffer.concat(this.#received);
    // An answer without a body may have a coding.
    if (bytes.length === 0) return this.#hooks.onEnd();
    let unpacked: Buffer;
    try {
      unpacked = atOnce(this.#coding, bytes);
    } catch (error) {
      // The answer is larger than it looks.
      if (isTooLarge(error)) this.#begin().end(bytes);
      else this.#hooks.onError(error instanceof Error ? error : new TypeError('Node throws errors.'));
      return;
    }
    this.#hooks.onPiece(unpacked, ended);
    this.#hooks.onEnd();
  }

  destroy(): void {
    this.#stream?.destroy();
  }

  #begin(): Transform {
    const stream = streamOf(this.#coding, this.#received[0]);
    this.#stream = stream;
    stream.on('data', (piece: Buffer) => this.#hooks.onPiece(piece, stream));
    stream.on('end', () => {
      this.#isUnpacked = true;
      if (this.#isReceived) return this.#hooks.onEnd();
      // A stream that ended before its input is not drained any more.
      stream.destroy();
      this.#goOn();
    });
    stream.on('error', (error) => this.#hooks.onError(error));
    return stream;
  }

  #goOn(): void {
    const source = this.#paused;
    // Resumed, it may come with more at once, and be paused again.
    this.#paused = undefined;
    source?.resume();
  }
}

/** Source of a body that has been received. */
const ended: Pausable = { pause: () => undefined, resume: () => undefined };

/** @throws for what is larger than `LARGE_BYTES` (`isTooLarge`), and for what cannot be unpacked. */
function atOnce(coding: PackedCoding, bytes: Buffer): Buffer {
  const bounded = { ...PIECE, maxOutputLength: LARGE_BYTES };
  switch (coding) {
    case 'gzip':
      return gunzipSync(bytes, bounded);
    case 'br':
      return brotliDecompressSync(bytes, bounded);
    case 'deflate':
      return hasZlibHeader(bytes) ? inflateSync(bytes, bounded) : inflateRawSync(bytes, bounded);
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

function streamOf(coding: PackedCoding, first: Buffer | undefined): Transform {
  switch (coding) {
    case 'gzip':
      return createGunzip(PIECE);
    case 'br':
      return createBrotliDecompress(PIECE);
    case 'deflate':
      return first && hasZlibHeader(first) ? createInflate(PIECE) : createInflateRaw(PIECE);
  }
}

/** Some senders of `deflate` leave out the header of zlib (RFC 1950, section 2.2): its method is 8, and two bytes are a multiple of 31. */
function hasZlibHeader([method = 0, flags]: Buffer): boolean {
  return (method & 0x0f) === 8 && (flags === undefined || ((method << 8) | flags) % 31 === 0);
}

import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import {
  brotliCompress,
  brotliDecompress,
  constants,
  createBrotliCompress,
  createGzip,
  gzip,
} from 'node:zlib';

const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } };

/** Best first. Brotli at this quality is faster than gzip, and its output is smaller. */
const codings = {
  br: promisify((body: Buffer, callback: (error: Error | null, result: Buffer<ArrayBuffer>) => void) =>
    brotliCompress(body, brotli, callback),
  ),
  gzip: promisify(gzip),
};

/** Size of the pieces of a compressed body, in bytes. */
const PIECE_BYTES = 256 * 1024;

const encoders = {
  br: () => createBrotliCompress({ ...brotli, chunkSize: PIECE_BYTES }),
  gzip: () => createGzip({ chunkSize: PIECE_BYTES }),
};

/** Name of a content coding, as in headers. */
export type Coding = keyof typeof codings;

/** Compresses off the main thread. */
export function compressed(body: Buffer, coding: Coding): Promise<Buffer<ArrayBuffer>> {
  return codings[coding](body);
}

/** Takes Brotli off, off the main thread. */
export const decompressed = promisify(
  (body: Buffer, callback: (error: Error | null, result: Buffer<ArrayBuffer>) => void) =>
    brotliDecompress(body, callback),
);

/**
 * Compresses a body in pieces off the main thread. Takes each piece out of `body`, so that its memory is free as soon as it is
 * compressed. Stops when `isWanted` says so; what it gives then is not the whole body.
 */
export async function compressedPieces(
  body: Buffer<ArrayBuffer>[],
  coding: Coding,
  isWanted: () => boolean,
): Promise<Buffer<ArrayBuffer>[]> {
  function* taken() {
    while (isWanted()) {
      const piece = body.shift();
      if (piece === undefined) return;
      yield piece;
    }
  }
  const pieces: Buffer<ArrayBuffer>[] = [];
  await pipeline(taken, encoders[coding](), async (compressing: AsyncIterable<Buffer<ArrayBuffer>>) => {
    for await (const piece of compressing) pieces.push(piece);
  });
  return pieces;
}

/** Coding that an Accept-Encoding header prefers (RFC 9110, 12.5.3), the best of equals; null when it accepts none. */
export function acceptedCoding(header: string): Coding | null {
  if (header === '') return null;
  const [br, gzipped] = [qualityOf('br', header), qualityOf('gzip', header)];
  if (Math.max(br, gzipped) === 0) return null;
  return br >= gzipped ? 'br' : 'gzip';
}

/** Weight of a coding, from 0 (not acceptable) to 1. */
function qualityOf(coding: Coding, header: string): number {
  let ofAny = 0;
  for (const range of header.toLowerCase().split(',')) {
    const [name, ...parameters] = range.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
    const quality = Number(weight) || 0;
    if (name === coding) return quality;
    if (name === '*') ofAny = quality;
  }
  return ofAny;
}

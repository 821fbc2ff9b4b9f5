import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Best first. Brotli at this quality is faster than gzip, and its output is smaller. */
const codings = {
  br: promisify((body: Buffer, callback: (error: Error | null, result: Buffer<ArrayBuffer>) => void) =>
    brotliCompress(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }, callback),
  ),
  gzip: promisify(gzip),
};

/** Name of a content coding, as in headers. */
export type Coding = keyof typeof codings;

/** Compresses off the main thread. */
export function compressed(body: Buffer, coding: Coding): Promise<Buffer<ArrayBuffer>> {
  return codings[coding](body);
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

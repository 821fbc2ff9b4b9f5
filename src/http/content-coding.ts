import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Best first. Brotli at this quality takes less time than gzip does, for less. */
const codings = {
  br: promisify((body: Buffer, callback: (error: Error | null, result: Buffer<ArrayBuffer>) => void) =>
    brotliCompress(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }, callback),
  ),
  gzip: promisify(gzip),
};

/** The name of a content coding, as it stands in headers. */
export type Coding = keyof typeof codings;

/** Compresses off the main thread. */
export function compressed(body: Buffer, coding: Coding): Promise<Buffer<ArrayBuffer>> {
  return codings[coding](body);
}

/** What a client accepts most gladly, by its Accept-Encoding (RFC 9110, 12.5.3); of equals, what is best. */
export function acceptedCoding(header: string): Coding | null {
  if (header === '') return null;
  const [br, gzipped] = [qualityOf('br', header), qualityOf('gzip', header)];
  if (Math.max(br, gzipped) === 0) return null;
  return br >= gzipped ? 'br' : 'gzip';
}

/** From 0, not acceptable, to 1. */
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

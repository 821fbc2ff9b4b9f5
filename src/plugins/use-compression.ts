import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'graphql-yoga';
import { largeBodyOf } from './use-bytes.ts';

/** Best first. Brotli at this quality takes less time than gzip does, for less. */
const codings = {
  br: promisify((body: Buffer, callback: (error: Error | null, result: Buffer<ArrayBuffer>) => void) =>
    brotliCompress(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } }, callback),
  ),
  gzip: promisify(gzip),
};

type Coding = keyof typeof codings;
type Answered = Parameters<NonNullable<Plugin['onResponse']>>[0];

/**
 * Compresses large answers for clients that accept it, off the main thread. After `useBytes`, which knows which are large.
 *
 * Of the libraries for it one looks at neither size nor q and compresses in streams, and the other only knows `node:http`.
 */
export function useCompression(): Plugin {
  return {
    onResponse(answered) {
      const body = largeBodyOf(answered.response);
      return body && compress(body, answered);
    },
  };
}

async function compress(body: Buffer, answered: Answered): Promise<void> {
  const { request, response, fetchAPI } = answered;
  const { headers, status, statusText } = response;
  headers.append('vary', 'Accept-Encoding');
  const coding = acceptedCoding(request.headers.get('accept-encoding') ?? '');
  if (coding === null || headers.has('content-encoding')) return;
  const compressed = await codings[coding](body);
  headers.set('content-encoding', coding);
  headers.delete('content-length');
  answered.setResponse(new fetchAPI.Response(compressed, { headers, status, statusText }));
}

/** What a client accepts most gladly, by its Accept-Encoding (RFC 9110, 12.5.3); of equals, what is best. */
function acceptedCoding(header: string): Coding | null {
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

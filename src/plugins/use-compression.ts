import type { Plugin } from 'graphql-yoga';
import { acceptedCoding, compressed } from '../http/content-coding.ts';
import { largeBodyOf } from './use-bytes.ts';

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
  const bytes = await compressed(body, coding);
  headers.set('content-encoding', coding);
  headers.delete('content-length');
  answered.setResponse(new fetchAPI.Response(bytes, { headers, status, statusText }));
}

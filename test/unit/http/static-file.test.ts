import { setImmediate as macrotask } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { StaticFile } from '../../../src/http/static-file.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const text = Buffer.from('Some text of a script. '.repeat(500_000));

/** Bytes that a client gets that accepts this coding. */
async function bodyOf(file: StaticFile, coding: string): Promise<Buffer> {
  const request = new Request('http://localhost/', { headers: { 'accept-encoding': coding } });
  const response = await file.response(request, { Response });
  expect(response.headers.get('content-encoding')).toBe(coding === 'identity' ? null : coding);
  return Buffer.from(await response.arrayBuffer());
}

describe.each([
  ['bytes', { bytes: text }],
  ['Brotli', { brotli: brotliCompressSync(text) }],
])('a file that is given in %s', (_form, given) => {
  test('is answered in each coding, again and to several clients at once', async () => {
    const file = new StaticFile({ ...given, headers: {} });
    const codings = ['identity', 'br', 'gzip', 'identity', 'identity', 'gzip', 'br'];
    const bodies = await Promise.all(codings.map((coding) => bodyOf(file, coding)));
    bodies.push(await bodyOf(file, 'identity'));
    const unpacked = [...codings, 'identity'].map((coding, n) => {
      const body = bodies[n] ?? Buffer.of();
      if (coding === 'br') return brotliDecompressSync(body);
      return coding === 'gzip' ? gunzipSync(body) : body;
    });
    expect(unpacked.every((each) => each.equals(text))).toBe(true);
  });
});

test('a file that is given in Brotli takes the memory of its bytes only while it is sent', async () => {
  const file = new StaticFile({ brotli: brotliCompressSync(text), headers: {} });
  await bodyOf(file, 'gzip');
  const sent = await sentBy(file);
  await macrotask();
  collectGarbage();
  // Compared here: a failure would print eleven megabytes.
  expect(sent.map((each) => each.deref() === undefined)).toEqual([true]);
  expect((await bodyOf(file, 'identity')).equals(text)).toBe(true);
});

/** Bytes of an answer without a coding, which nobody reads. */
async function sentBy(file: StaticFile): Promise<WeakRef<object>[]> {
  const sent: WeakRef<object>[] = [];
  class Watched extends Response {
    constructor(body?: BodyInit | null, init?: ResponseInit) {
      super(null, init);
      if (body instanceof Buffer) sent.push(new WeakRef(body));
    }
  }
  await file.response(new Request('http://localhost/'), { Response: Watched });
  return sent;
}

import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/lib/clock.ts';
import { parseInPieces } from '../../../src/lib/parse-in-pieces.ts';
import { Cancellation } from '../../../src/lib/signal.ts';
import { LARGE_BYTES, Slices } from '../../../src/lib/slices.ts';
import { Turns } from '../../../src/lib/turns.ts';
import { UpstreamError } from '../../../src/errors.ts';
import type { HttpAnswer } from '../../../src/upstream/http/transport.ts';
import { readAnswer } from '../../../src/upstream/read-answer.ts';

const RECEIVED_AT_MS = Date.UTC(2026, 0, 1);

type TextAnswer = Partial<Pick<HttpAnswer, 'status' | 'headers'>> & { readonly text?: string };

function read({ text = '{}', status = 200, headers = {} }: TextAnswer) {
  const answer = { status, headers, bytes: Buffer.from(text) };
  const reading = readAnswer({ resource: 'users', permissions: [] }, answer, RECEIVED_AT_MS, notLarge);
  if (reading instanceof Promise) throw new TypeError('It is not large.');
  return reading;
}

function notLarge(): never {
  throw new TypeError('It is not large.');
}

function failureOf(answer: TextAnswer): UpstreamError {
  try {
    read(answer);
  } catch (error) {
    if (error instanceof UpstreamError) return error;
    throw error;
  }
  throw new TypeError('It was read.');
}

describe('an answer', () => {
  test.each([200, 201, 202, 299])(
    'with %i and JSON is parsed, with its status and correlation id',
    (status) => {
      const { body, answer } = read({
        status,
        headers: { 'inin-correlation-id': 'abc-1' },
        text: '{"entities":[]}',
      });
      expect(body).toEqual({ entities: [] });
      expect(answer).toMatchObject({ resource: 'users', status, correlationId: 'abc-1' });
    },
  );

  test.each(['null', '[]', '"text"', '0', ' {} '])('may be any JSON, such as %s', (text) => {
    expect(read({ text }).body).toEqual(JSON.parse(text));
  });

  test.each([199, 300, 304, 400, 404, 500])('with %i is an error although its body is JSON', (status) => {
    expect(failureOf({ status }).failure).toMatchObject({ upstreamStatus: status });
  });

  test.each([
    ['', 'no body'],
    ['<html>secret</html>', 'a page instead of JSON'],
    ['\n  <!doctype html>', 'a page instead of JSON'],
    ['{"secret":', 'no JSON, or not all of it: 10 characters'],
    [' ', 'no JSON, or not all of it: 1 characters'],
  ])('that is %j is an error, whose detail for the log quotes nothing of it', (text, detail) => {
    const error = failureOf({ text, headers: { 'inin-correlation-id': 'abc-1' } });
    expect(error).toMatchObject({
      failure: { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 200, correlationId: 'abc-1' },
      detail,
      isTransient: false,
    });
    expect(JSON.stringify([error.message, error.failure, error.detail, error.cause ?? null])).not.toContain(
      'secret',
    );
  });

  test.each([
    ['text/plain; charset=utf-8', 'no JSON, or not all of it: 4 characters of text/plain'],
    ['<b>', 'no JSON, or not all of it: 4 characters'],
    [['text/plain', 'text/html'], 'no JSON, or not all of it: 4 characters'],
  ])('of the content type %j is described by its length and at most its media type', (type, detail) => {
    expect(failureOf({ text: 'oops', headers: { 'content-type': type } }).detail).toBe(detail);
  });
});

describe('a large answer', () => {
  const padding = ' '.repeat(LARGE_BYTES);
  const readLarge = async (text: string, status = 200, signal = new Cancellation()) => {
    const answer = { status, headers: { 'inin-correlation-id': 'abc-1' }, bytes: Buffer.from(text) };
    return readAnswer({ resource: 'users', permissions: [] }, answer, RECEIVED_AT_MS, (bytes) =>
      parseInPieces(bytes, new Slices(new Turns(systemClock), signal)),
    );
  };

  test('is parsed in slices', async () => {
    const { body, bytes, answer } = await readLarge(`{"entities":[]}${padding}`);
    expect([body, bytes.length]).toEqual([{ entities: [] }, LARGE_BYTES + 15]);
    expect(answer).toMatchObject({ resource: 'users', status: 200, correlationId: 'abc-1' });
  });

  test.each([
    ['<html>', 'a page instead of JSON'],
    ['{"secret":', `no JSON, or not all of it: ${LARGE_BYTES + 10} bytes`],
  ])(
    'that is %j and more is an error, whose detail for the log quotes nothing of it',
    async (text, detail) => {
      await expect(readLarge(text + padding)).rejects.toMatchObject({
        failure: { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 200, correlationId: 'abc-1' },
        detail,
        isTransient: false,
      });
    },
  );

  test.each([
    [`[${'[],'.repeat(1_000_001)}0]`, 'The text has more than 1000000 lists and objects.'],
    ['['.repeat(LARGE_BYTES + 1), 'The text has more than 200000 lists and objects around a value.'],
  ])('that would take too much memory is an error, whose detail says so', async (text, detail) => {
    await expect(readLarge(text)).rejects.toMatchObject({
      failure: { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 200 },
      detail,
    });
  });

  test('with another status is the error of that status, of which only the beginning is looked at', async () => {
    const large = readLarge(`{"contextId":"context-1"}${padding}`, 404);
    await expect(large).rejects.toMatchObject({
      failure: { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 404, correlationId: 'abc-1' },
      isNotFound: true,
    });
    await expect(readLarge(`<html>${padding}`, 404)).rejects.toMatchObject({ isNotFound: false });
  });

  test('that nobody waits for any more is not read to its end, and is no bad answer', async () => {
    const signal = new Cancellation();
    const reason = new Error('nobody waits');
    const reading = readLarge(`[${'0,'.repeat(3_000_000)}0]`, 200, signal);
    signal.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
});

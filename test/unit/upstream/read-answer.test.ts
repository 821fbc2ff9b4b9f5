import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/errors.ts';
import type { HttpAnswer } from '../../../src/upstream/http/transport.ts';
import { readAnswer } from '../../../src/upstream/read-answer.ts';

const RECEIVED_AT_MS = Date.UTC(2026, 0, 1);

type TextAnswer = Partial<Pick<HttpAnswer, 'status' | 'headers'>> & { readonly text?: string };

function read({ text = '{}', status = 200, headers = {} }: TextAnswer) {
  return readAnswer({ resource: 'users' }, { status, headers, bytes: Buffer.from(text) }, RECEIVED_AT_MS);
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

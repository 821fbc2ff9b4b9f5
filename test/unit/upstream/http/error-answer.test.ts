import { describe, expect, test } from 'vitest';
import {
  correlationIdOf,
  errorFromAnswer,
  quotaReportOf,
} from '../../../../src/upstream/http/error-answer.ts';

const NOW_MS = Date.UTC(2026, 0, 1);

/** Error body as the vendor writes it. */
function errorBody(rest: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ message: 'Text of the vendor', code: 'a.code', contextId: 'context-1', ...rest });
}

function failureFrom(status: number, headers: Record<string, string | string[]> = {}, body = errorBody()) {
  return errorFromAnswer(status, headers, body, NOW_MS).failure;
}

describe('a status', () => {
  test.each([
    [400, 'UPSTREAM_BAD_RESPONSE'],
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [404, 'UPSTREAM_BAD_RESPONSE'],
    [408, 'UPSTREAM_TIMEOUT'],
    [409, 'UPSTREAM_BAD_RESPONSE'],
    [413, 'UPSTREAM_BAD_RESPONSE'],
    [429, 'UPSTREAM_RATE_LIMITED'],
    [302, 'UPSTREAM_BAD_RESPONSE'],
    [500, 'UPSTREAM_UNAVAILABLE'],
    [502, 'UPSTREAM_UNAVAILABLE'],
    [503, 'UPSTREAM_UNAVAILABLE'],
    [504, 'UPSTREAM_TIMEOUT'],
  ])('of %i becomes %s, whatever the body', (status, code) => {
    for (const body of [errorBody(), '', '<html>Bad Gateway</html>', 'null', '[]', '7', '{"contextId":{}}']) {
      expect(failureFrom(status, {}, body)).toMatchObject({ code, upstreamStatus: status });
    }
  });
});

describe('a 403 for lack of permissions', () => {
  test('names each missing permission once, wherever in the parameters it is', () => {
    const messageParams = {
      permissions: 'routing:queue:view, outbound:contact:view',
      more: ['routing:queue:view', { any: 'analytics:agent:*' }],
    };
    const failure = failureFrom(403, {}, errorBody({ messageParams }));
    expect(failure).toMatchObject({
      code: 'FORBIDDEN',
      missingPermissions: ['routing:queue:view', 'outbound:contact:view', 'analytics:agent:*'],
    });
    expect(failure.message).toBe(
      'the upstream denied the call for lack of routing:queue:view, outbound:contact:view, analytics:agent:*',
    );
  });

  test('names no permission when the upstream names none', () => {
    for (const messageParams of [undefined, null, 'none', {}, { permissions: 'everything' }]) {
      const failure = failureFrom(403, {}, errorBody({ messageParams }));
      expect(failure).not.toHaveProperty('missingPermissions');
    }
  });

  const sentence =
    'Unable to perform the requested action. You are missing the following permission(s): routing:queue:view, outbound:contact:view';

  test('names those of the sentence when the parameters name none', () => {
    for (const messageParams of [undefined, {}, { permissions: '' }]) {
      const failure = failureFrom(403, {}, errorBody({ messageParams, message: sentence }));
      expect(failure).toMatchObject({ missingPermissions: ['routing:queue:view', 'outbound:contact:view'] });
    }
    const both = errorBody({ messageParams: { permissions: 'a:b:view' }, message: sentence });
    expect(failureFrom(403, {}, both)).toMatchObject({ missingPermissions: ['a:b:view'] });
  });

  test('says that one of several would be enough', () => {
    const message =
      'Unable to perform the requested action. You must have at least one of the following permissions assigned: a:b:view, a:c:view';
    expect(failureFrom(403, {}, errorBody({ code: 'missing.any.permissions', message }))).toMatchObject({
      message: 'the upstream denied the call for lack of one of a:b:view, a:c:view',
      missingPermissions: ['a:b:view', 'a:c:view'],
    });
  });

  test.each([
    'Ada Lovelace (ada:love:lace) may not do this.',
    'The permission is missing for ada:love:lace',
    'ada:love:lace lacks a permission.',
    `${'x'.repeat(5000)} permission: a:b:view`,
    { permission: ': a:b:view' },
  ])('takes nothing else from the message %j', (message) => {
    const failure = failureFrom(403, {}, errorBody({ message }));
    expect(failure).not.toHaveProperty('missingPermissions');
    expect(failure.message).toBe('the upstream denied the call for lack of a permission');
  });

  test('names those that the call needs when the upstream names none', () => {
    const failureOf = (body: string, permissions: readonly string[], headers = {}) =>
      errorFromAnswer(403, headers, body, NOW_MS, permissions).failure;
    expect(failureOf(errorBody({ code: 'not.authorized' }), ['a:b:view', 'a:c:view'])).toMatchObject({
      message: 'the upstream denied the call, probably for lack of a:b:view or a:c:view',
      requiredPermissions: ['a:b:view', 'a:c:view'],
    });
    expect(failureOf(errorBody({ message: sentence }), ['a:b:view'])).not.toHaveProperty(
      'requiredPermissions',
    );
    expect(failureOf('', ['a:b:view'], { 'inin-correlation-id': 'an-id' })).toHaveProperty(
      'requiredPermissions',
    );
    expect(failureOf(errorBody({ code: 'not.authorized' }), [])).not.toHaveProperty('requiredPermissions');
    // A proxy refuses for other reasons.
    expect(failureOf('<html>Forbidden</html>', ['a:b:view'])).not.toHaveProperty('requiredPermissions');
    for (const body of ['', '{"error":"blocked"}']) {
      expect(failureOf(body, ['a:b:view'])).toMatchObject({
        message: 'something on the way to the upstream refused the call, such as a proxy or a firewall',
        requiredPermissions: ['a:b:view'],
      });
    }
  });

  test('names no permission when the upstream nests values absurdly deep', () => {
    const depth = 100_000;
    const body = `{"messageParams":{"permission":"domain:entity:view","more":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    expect(failureFrom(403, {}, body)).not.toHaveProperty('missingPermissions');
  });

  test('names twenty permissions at most', () => {
    const permissions = Array.from({ length: 30 }, (_, n) => `domain:entity${n}:view`);
    const failure = failureFrom(403, {}, errorBody({ messageParams: { permissions } }));
    expect(failure).toMatchObject({ missingPermissions: permissions.slice(0, 20) });
  });
});

describe('the seconds to wait before a retry', () => {
  const inMessage = errorBody({
    message: 'Rate limit exceeded the maximum. Retry the request in [42] seconds',
  });

  test('are taken from the Retry-After header of a 429 when there is one', () => {
    expect(failureFrom(429, { 'retry-after': '7' }, inMessage)).toMatchObject({ retryAfterSeconds: 7 });
    expect(failureFrom(429, { 'retry-after': '0' }, inMessage)).toMatchObject({ retryAfterSeconds: 0 });
  });

  test('are the time left until the date when the header holds a date', () => {
    const inAnHour = new Date(NOW_MS + 3_600_000).toUTCString();
    expect(failureFrom(429, { 'retry-after': inAnHour }, inMessage)).toMatchObject({
      retryAfterSeconds: 3600,
    });
  });

  test('are taken from the message when there is no header, or when its date is past', () => {
    expect(failureFrom(429, {}, inMessage)).toMatchObject({ retryAfterSeconds: 42 });
    expect(failureFrom(429, { 'retry-after': 'Thu, 01 Jan 2026 00:00:00 GMT' }, inMessage)).toMatchObject({
      retryAfterSeconds: 42,
    });
  });

  test('are left out when the header is empty or malformed', () => {
    for (const seconds of ['', '-1', '1.5', 'soon', '99999999999', '2099-01-01']) {
      expect(failureFrom(429, { 'retry-after': seconds })).not.toHaveProperty('retryAfterSeconds');
    }
  });

  test('are taken from nothing but Retry-After for 5xx answers', () => {
    for (const status of [500, 502, 503, 504]) {
      expect(failureFrom(status, { 'retry-after': '7' })).toMatchObject({ retryAfterSeconds: 7 });
      expect(failureFrom(status, { 'inin-ratelimit-reset': '7' }, inMessage)).not.toHaveProperty(
        'retryAfterSeconds',
      );
    }
  });

  test('are left out for the statuses 400, 401, 403 and 404', () => {
    for (const status of [400, 401, 403, 404]) {
      expect(failureFrom(status, { 'retry-after': '7' })).not.toHaveProperty('retryAfterSeconds');
    }
  });
});

describe('a quota report', () => {
  const told = { 'inin-ratelimit-count': '7', 'inin-ratelimit-allowed': '300', 'inin-ratelimit-reset': '42' };

  test('is read from three headers', () => {
    expect(quotaReportOf(told)).toEqual({ count: 7, allowed: 300, resetSeconds: 42 });
    expect(quotaReportOf({ ...told, 'inin-ratelimit-count': '0', 'inin-ratelimit-reset': '0' })).toEqual({
      count: 0,
      allowed: 300,
      resetSeconds: 0,
    });
  });

  test('is null when one of the three headers is missing or no whole number', () => {
    for (const name of Object.keys(told)) {
      for (const value of [undefined, '', '-1', '1.5', 'many', ['1', '2']]) {
        expect(quotaReportOf({ ...told, [name]: value })).toBeNull();
      }
    }
  });
});

describe('the correlation id', () => {
  test('is taken from the header, or else from the context id of the body', () => {
    expect(failureFrom(500, { 'inin-correlation-id': 'header-1' })).toMatchObject({
      correlationId: 'header-1',
    });
    expect(failureFrom(500)).toMatchObject({ correlationId: 'context-1' });
  });

  test('is left out when it is malformed', () => {
    for (const odd of ['', 'two words', '<b>', 'x'.repeat(129), 'a\nb']) {
      expect(correlationIdOf({ 'inin-correlation-id': odd })).toBeUndefined();
      expect(failureFrom(500, {}, errorBody({ contextId: odd }))).not.toHaveProperty('correlationId');
    }
    expect(correlationIdOf({ 'inin-correlation-id': ['one', 'two'] })).toBeUndefined();
    expect(correlationIdOf({})).toBeUndefined();
  });
});

test('an error message contains no text that the upstream wrote', () => {
  for (const status of [400, 401, 403, 404, 408, 429, 500, 504]) {
    const { message } = failureFrom(status, {}, errorBody({ messageParams: { who: 'Text of the vendor' } }));
    expect(message).not.toMatch(/vendor|a\.code/);
  }
});

test.each([
  '{"code":"x","message":{"toString":1,"valueOf":1}}',
  `{"contextId":"x","code":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
  '{"code":7,"message":["a"],"messageParams":{"toString":1}}',
])('a 403 with values that are no texts is still a 403: %.40s', (body) => {
  expect(failureFrom(403, {}, body)).toMatchObject({ code: 'FORBIDDEN' });
});

describe('a 404 says that the upstream does not know something', () => {
  const correlation = { 'inin-correlation-id': 'correlation-1' };

  test.each<[string, Record<string, string>, string]>([
    ['with a code', {}, '{"code":"not.found"}'],
    ['with a context id', {}, '{"contextId":"context-1","status":404}'],
    ['with a correlation id and no body', correlation, ''],
    ['with a correlation id and other JSON', correlation, '{"message":"HTTP 404 Not Found"}'],
  ])('%s', (_what, headers, body) => {
    expect(errorFromAnswer(404, headers, body, NOW_MS)).toMatchObject({ isNotFound: true });
  });

  test.each<[string, Record<string, string>, string]>([
    ['no body', {}, ''],
    ['a page', {}, '<html>Not Found</html>'],
    ['a page behind a header that was passed on', correlation, ' <!doctype html><p>Not Found'],
    ['text', {}, 'Not Found'],
    ['JSON of an API gateway', {}, '{"message":"no Route matched with those values"}'],
    ['JSON with a numeric code', {}, '{"code":404,"contextId":null}'],
    ['a list', {}, '[]'],
    ['a correlation id that is none', { 'inin-correlation-id': 'a b' }, ''],
  ])('but not with %s', (_what, headers, body) => {
    expect(errorFromAnswer(404, headers, body, NOW_MS)).toMatchObject({
      isNotFound: false,
      failure: { code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 404 },
    });
  });
});

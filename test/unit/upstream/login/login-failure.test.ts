import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../../src/errors.ts';
import { loginFailureOf, ofLogin } from '../../../../src/upstream/login/login-failure.ts';

const oauth = (error: string, description: string) =>
  JSON.stringify({ error, description, error_description: description });

describe('a login that was refused', () => {
  test.each([
    // As published.
    [
      400,
      oauth('invalid_client', 'client not found'),
      'UNAUTHENTICATED',
      /does not know .* client: .* another region/,
    ],
    [401, oauth('invalid_client', 'client not found'), 'UNAUTHENTICATED', /does not know .* client/],
    [400, oauth('invalid_client', 'authentication failed'), 'UNAUTHENTICATED', /did not accept the secret/],
    [401, oauth('invalid_client', 'Authentication failed'), 'UNAUTHENTICATED', /did not accept the secret/],
    // Not published.
    [
      403,
      oauth('access_denied', 'IP address is not allowed'),
      'UNAUTHENTICATED',
      /refuses the gateway's IP address/,
    ],
    [
      400,
      oauth('invalid_request', 'not in the allowlist'),
      'UNAUTHENTICATED',
      /refuses the gateway's IP address/,
    ],
    [403, '<html>Forbidden</html>', 'UNAUTHENTICATED', /refuses the gateway's IP address/],
    [400, oauth('unauthorized_client', 'grant type'), 'UNAUTHENTICATED', /with client credentials/],
    [403, oauth('unauthorized_client', ''), 'UNAUTHENTICATED', /with client credentials/],
    [400, oauth('invalid_client', 'something new'), 'UNAUTHENTICATED', /own login/],
    [400, '<html>', 'UNAUTHENTICATED', /own login/],
    [401, '', 'UNAUTHENTICATED', /own login/],
    [404, '{"code":"not.found","message":"no"}', 'UPSTREAM_BAD_RESPONSE', /not as a login service/],
    [405, '', 'UPSTREAM_BAD_RESPONSE', /not as a login service/],
    [302, '', 'UPSTREAM_BAD_RESPONSE', /not as a login service/],
    [503, '', 'UPSTREAM_UNAVAILABLE', /^the login service is not available$/],
    [504, '', 'UPSTREAM_TIMEOUT', /^the login service took too long$/],
    [429, '', 'UPSTREAM_RATE_LIMITED', /^the login service's rate limit is reached$/],
    [400, oauth('invalid_request', 'rate limit exceeded, later'), 'UPSTREAM_RATE_LIMITED', /rate limit/],
  ])('with %i and %s is %s: %o', (status, text, code, message) => {
    const { failure, isNotFound, message: own } = loginFailureOf(status, {}, text, 0);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message), upstreamStatus: status });
    expect(isNotFound).toBe(false);
    expect(own).not.toContain('the upstream');
  });

  test('keeps the correlation id, and nothing of the texts', () => {
    const text = oauth('invalid_client', 'authentication failed for hush');
    const { failure } = loginFailureOf(400, { 'inin-correlation-id': 'abc' }, text, 0);
    expect(failure.correlationId).toBe('abc');
    expect(JSON.stringify(failure)).not.toContain('hush');
  });

  test.each(['null', '7', '[]', '{"error":{"a":1},"description":7}', '{"error":'])(
    'in any way does not throw: %s',
    (text) => {
      expect(loginFailureOf(400, {}, text, 0).failure.code).toBe('UNAUTHENTICATED');
    },
  );
});

test('any failure on the way to the login is told as one of the login', () => {
  const message = 'the upstream could not be reached: its host name is not known';
  const told = ofLogin(
    new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', message }, { isTransient: true, detail: 'ENOTFOUND' }),
  );
  expect(told).toMatchObject({
    failure: {
      code: 'UPSTREAM_UNAVAILABLE',
      message: 'the login service could not be reached: its host name is not known',
    },
    resource: 'login',
    isTransient: true,
    detail: 'ENOTFOUND',
  });
});

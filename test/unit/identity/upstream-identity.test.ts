import { describe, expect, test } from 'vitest';
import { bearerTokenOf, identityKeyOf, tokenIdentity } from '../../../src/identity/upstream-identity.ts';

describe('the bearer token of an Authorization header', () => {
  test.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['BEARER   abc', 'abc'],
    ['Bearer a-b_c.d~e+f/g==', 'a-b_c.d~e+f/g=='],
    [`Bearer ${'x'.repeat(8192)}`, 'x'.repeat(8192)],
  ])('is found in %.40s', (header, token) => {
    expect(bearerTokenOf(header)).toBe(token);
  });

  test.each([
    [null],
    [''],
    ['Bearer'],
    ['Bearer '],
    ['Bearer a b'],
    ['Bearer a,b'],
    ['Bearer a, Bearer b'],
    ['Bearer a=b'],
    ['Bearer "a"'],
    ['Bearer a\u{e4}'],
    ['Bearer a\r\nx: y'],
    ['Basic YTpi'],
    ['abc'],
    ['xBearer abc'],
    [`Bearer ${'x'.repeat(8193)}`],
  ])('is null for %.40j', (header) => {
    expect(bearerTokenOf(header)).toBeNull();
  });
});

describe('the key of an identity', () => {
  test('is the same for the same credential, and different for any other', () => {
    expect(identityKeyOf('token', 'a')).toBe(identityKeyOf('token', 'a'));
    const credentials: [kind: string, ...credential: string[]][] = [
      ['token', 'a'],
      ['token', 'b'],
      ['client', 'a'],
      ['client', 'a', 'b'],
      ['client', 'ab', ''],
      ['client', '', 'ab'],
      ['client', 'a","b'],
      ['token', 'a', ''],
    ];
    expect(new Set(credentials.map((credential) => identityKeyOf(...credential))).size).toBe(
      credentials.length,
    );
  });

  test('does not show the credential', () => {
    expect(tokenIdentity('a-very-telling-token').key).not.toContain('telling');
  });
});

test('a token identity has no other token to offer when the upstream rejects its token', async () => {
  const identity = tokenIdentity('a');
  expect(identity.key).toBe(tokenIdentity('a').key);
  expect(identity.key).not.toBe(tokenIdentity('b').key);
  expect(await identity.token(new AbortController().signal)).toBe('a');
  expect(identity.rejected('a')).toBe(false);
});

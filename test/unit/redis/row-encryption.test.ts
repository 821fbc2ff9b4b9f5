import { describe, expect, test } from 'vitest';
import { RowEncryption } from '../../../src/redis/row-encryption.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { decodeRow, encodeRow } from '../../../src/redis/row-codec.ts';
import { Http } from '../../../src/upstream/http/http.ts';
import { Turns } from '../../../src/lib/turns.ts';
import { tokenIdentity } from '../../../src/identity/upstream-identity.ts';
import { serviceLogin } from '../../../src/upstream/login/service-login.ts';

const options = { pepper: 'a pepper', apiUrl: 'https://api.example' };
const value = Buffer.from('+12035550129');

describe('a value encrypted by an identity', () => {
  const seal = new RowEncryption(tokenIdentity('a-token'), options);
  const sealed = seal.encrypt(value, 'place');

  test('is decrypted by the same credential in any process, under the same row key', () => {
    const other = new RowEncryption(tokenIdentity('a-token'), options);
    expect(other.name).toBe(seal.name);
    expect(other.rowKey('users', 'user-1')).toBe(seal.rowKey('users', 'user-1'));
    expect(other.decrypt(sealed, 'place')).toEqual(value);
  });

  test.each([
    ['another token', new RowEncryption(tokenIdentity('another-token'), options)],
    ['another pepper', new RowEncryption(tokenIdentity('a-token'), { ...options, pepper: 'another' })],
    [
      'another upstream',
      new RowEncryption(tokenIdentity('a-token'), { ...options, apiUrl: 'https://b.example' }),
    ],
  ])('is neither decrypted nor found with %s', (_, other) => {
    expect(other.name).not.toBe(seal.name);
    expect(other.rowKey('users', 'user-1')).not.toBe(seal.rowKey('users', 'user-1'));
    expect(other.decrypt(sealed, 'place')).toBeNull();
  });

  test('is not decrypted under another row key, nor when cut or changed', () => {
    expect(seal.decrypt(sealed, 'another place')).toBeNull();
    expect(seal.decrypt(sealed.subarray(0, 20), 'place')).toBeNull();
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(seal.decrypt(changed, 'place')).toBeNull();
    }
  });

  test('is never encrypted to the same bytes twice, and shows neither itself nor the names of its row', () => {
    expect(seal.encrypt(value, 'place')).not.toEqual(sealed);
    expect(sealed.includes(value)).toBe(false);
    expect(seal.rowKey('contacts', '+12035550129')).not.toContain('2035550129');
  });
});

test('a login of the gateway itself has the same row encryption in all replicas, whatever token each has', async () => {
  const http = new Http(1000, new Turns(systemClock), 16);
  const login = (clientSecret: string) =>
    serviceLogin(http, {
      clock: systemClock,
      tokenUrl: 'http://127.0.0.1:9/oauth/token',
      clientId: 'client',
      clientSecret,
      timeoutMs: 1,
      patienceMs: 1,
      closing: new AbortController().signal,
    });
  const nameOf = (clientSecret: string) => new RowEncryption(login(clientSecret), options).name;
  expect(nameOf('secret')).toBe(nameOf('secret'));
  expect(nameOf('secret')).not.toBe(nameOf('another'));
  expect(nameOf('secret')).not.toBe(new RowEncryption(tokenIdentity('secret'), options).name);
  await http.dispose();
});

describe('an encoded row', () => {
  test.each([
    ['small', '{"id":"1"}'],
    ['large', JSON.stringify({ text: 'ä'.repeat(100_000) })],
    ['unknown to the upstream', null],
  ])('decodes to the same row: %s', async (_, row) => {
    const kept = { readAtMs: 1, status: 200, correlationId: 'c', row };
    const decoded = await decodeRow(await encodeRow(kept));
    expect(decoded && { ...decoded, row: decoded.row && decoded.row.toString() }).toEqual(kept);
  });

  test('is compressed when it is large', async () => {
    const row = JSON.stringify(
      Array.from({ length: 1000 }, (_, n) => ({ id: `user-${n}`, state: 'active' })),
    );
    const encoded = await encodeRow({ readAtMs: 1, status: 200, correlationId: undefined, row });
    expect(encoded.length).toBeLessThan(row.length / 4);
  });

  test.each(['', 'x', '\0{}\n{}', '\0no line', '\x01not compressed'])(
    'is never decoded from other bytes: %j',
    async (text) => {
      expect(await decodeRow(Buffer.from(text))).toBeNull();
    },
  );
});

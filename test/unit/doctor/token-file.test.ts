import { chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readTokenFile, readTokenStream } from '../../../src/doctor/token-file.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { fileForTest } from '../../support/secured.ts';
import { TestClock } from '../../support/test-clock.ts';

/** File with this text that only its owner may read. */
function ownFile(text: string): string {
  const file = fileForTest(text);
  chmodSync(file, 0o600);
  return file;
}

describe('a token in a file', () => {
  test.each([
    ['alone', 'a-token'],
    ['with a line end', 'a-token\r\n'],
    ['with blanks and a mark of the byte order', '\uFEFF  a-token \n\n'],
  ])('%s is read', async (_how, text) => {
    expect(await readTokenFile(ownFile(text), systemClock)).toEqual({
      token: 'a-token',
      problem: null,
      warnings: [],
    });
  });

  test.each(['Bearer a-token', 'bearer   a-token\n', 'Authorization: Bearer a-token'])(
    'of a header is read, and that is told: %j',
    async (text) => {
      const { token, warnings } = await readTokenFile(ownFile(text), systemClock);
      expect(token).toBe('a-token');
      expect(warnings).toEqual([expect.stringContaining('begins with "Bearer"')]);
    },
  );

  test.each([
    ['no text', '', 'is empty'],
    ['blanks', ' \n\t', 'is empty'],
    ['the word before a token', 'Bearer\n', 'and no token'],
    ['two words', 'secret words', 'has more than one word'],
    ['two lines', 'secret\nlines', 'has more than one word'],
    ['JSON', '{"access_token":"secret"}', 'has characters that no token has'],
    ['an accent', 's\u00E9cret', 'has characters that no token has'],
    ['too much', 'secret'.repeat(4_000), 'more than 16384 bytes'],
  ])('that is %s is refused, and what is there is not told', async (_what, text, why) => {
    const { token, problem } = await readTokenFile(ownFile(text), systemClock);
    expect(token).toBeNull();
    expect(problem).toContain(why);
    expect(problem).not.toMatch(/secret|s\u00E9cret/);
  });

  test('that others may read is used, with a warning', async () => {
    const file = ownFile('a-token');
    chmodSync(file, 0o644);
    const { token, warnings } = await readTokenFile(file, systemClock);
    expect(token).toBe('a-token');
    expect(warnings).toEqual([expect.stringContaining('chmod 600')]);
  });

  test.each([
    ['/not/there', 'is not there'],
    [tmpdir(), 'is a folder'],
  ])('that cannot be read is told: %s', async (path, why) => {
    const { token, problem } = await readTokenFile(path, systemClock);
    expect(token).toBeNull();
    expect(problem).toBe(`The file of --token-file, ${path}, ${why}.`);
  });
});

describe('a token from standard input', () => {
  test('is read to the end, whatever pieces it comes in', async () => {
    expect(await readTokenStream(Readable.from(['a-', Buffer.from('token'), '\n']), systemClock)).toEqual({
      token: 'a-token',
      problem: null,
      warnings: [],
    });
  });

  test('that is empty is told', async () => {
    expect((await readTokenStream(Readable.from([]), systemClock)).problem).toBe('Standard input is empty.');
  });

  test('that never ends is read no further than a token can be long', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield 'a'.repeat(1000);
      })(),
    );
    expect((await readTokenStream(endless, systemClock)).problem).toContain('more than 16384 bytes');
  });

  test('that is left open is waited for no longer than ten seconds', async () => {
    const clock = new TestClock();
    const reading = readTokenStream(new Readable({ read: () => undefined }), clock);
    await clock.skip(10_000);
    expect((await reading).problem).toContain('did not end within 10 s');
  });
});

import { open } from 'node:fs/promises';
import { platform } from 'node:os';
import { UpstreamError } from '../errors.ts';
import { bearerTokenOf } from '../identity/upstream-identity.ts';
import type { Clock } from '../lib/clock.ts';
import { unlessAborted, withinTime } from '../lib/deadline.ts';

/** A token that was given, or why there is none. Nothing in it but `token` holds the token. */
export interface GivenTokenText {
  readonly token: string | null;
  /** Why the token cannot be used, as a sentence; null when it can be. */
  readonly problem: string | null;
  /** What should be otherwise, as sentences. */
  readonly warnings: readonly string[];
}

/** Tokens are shorter, and a wrong file may be large. */
const MOST_BYTES = 16 * 1024;

/** What stands before the token in a header. */
const HEADER = /^(?:authorization: *)?bearer(?:\s+|$)/i;

/** Time for reading a token: programs that read a secret from afar take some seconds. */
const READ_MS = 10_000;

/** Reads the token of a caller from a file, which holds it and nothing else. */
export async function readTokenFile(path: string, clock: Clock): Promise<GivenTokenText> {
  const named = `The file of --token-file, ${path},`;
  try {
    return await inTime(clock, named, () => readOpened(path, named));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    const why = { ENOENT: 'is not there', EISDIR: 'is a folder', EACCES: 'may not be read' }[code];
    return none(`${named} ${why ?? `cannot be read (${code})`}.`);
  }
}

async function readOpened(path: string, named: string): Promise<GivenTokenText> {
  await using file = await open(path);
  const { mode } = await file.stat();
  const given = parseToken(await bytesOf(file.createReadStream({ autoClose: false })), named);
  // Windows has no such modes, and pipes of a shell (`<(…)`) are for their owner.
  const isOpenToOthers = platform() !== 'win32' && (mode & 0o077) !== 0 && given.token !== null;
  const warning = `${named} can be read by other users of this machine: run chmod 600 on it.`;
  return { ...given, warnings: [...given.warnings, ...(isOpenToOthers ? [warning] : [])] };
}

/** Reads the token of a caller from standard input, to its end. */
export function readTokenStream(
  input: AsyncIterable<Uint8Array | string>,
  clock: Clock,
): Promise<GivenTokenText> {
  const named = 'Standard input';
  return inTime(clock, named, async () => parseToken(await bytesOf(input), named));
}

async function inTime(
  clock: Clock,
  named: string,
  read: () => Promise<GivenTokenText>,
): Promise<GivenTokenText> {
  const never = new AbortController().signal;
  try {
    return await withinTime(clock, READ_MS, never, (signal) => unlessAborted(read(), signal));
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return none(`${named} did not end within ${READ_MS / 1000} s.`);
  }
}

/** Bytes to the end, or somewhat more than a token can have. */
async function bytesOf(input: AsyncIterable<Uint8Array | string>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    length += bytes.length;
    if (length > MOST_BYTES) break;
  }
  return Buffer.concat(chunks);
}

/** @param named Subject of the sentences. */
function parseToken(bytes: Buffer, named: string): GivenTokenText {
  if (bytes.length > MOST_BYTES)
    return none(`${named} has more than ${MOST_BYTES} bytes, so it is not a token.`);
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim();
  if (text === '') return none(`${named} is empty.`);
  const isHeader = HEADER.test(text);
  const word = text.replace(HEADER, '');
  if (word === '') return none(`${named} has the word "Bearer", and no token.`);
  const token = bearerTokenOf(`Bearer ${word}`);
  if (token === null) {
    const why = /\s/.test(word) ? 'has more than one word' : 'has characters that no token has';
    return none(`${named} ${why}. It has to hold the token and nothing else.`);
  }
  const warning = `${named} begins with "Bearer", which is not part of the token; the gateway leaves it out.`;
  return { token, problem: null, warnings: isHeader ? [warning] : [] };
}

function none(problem: string): GivenTokenText {
  return { token: null, problem, warnings: [] };
}

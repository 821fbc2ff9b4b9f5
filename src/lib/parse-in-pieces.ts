import { exactText } from './exact-json.ts';
import { OpenList, OpenObject, type OpenValue } from './open-value.ts';
import type { Slices } from './slices.ts';
import { textStart } from './utf8.ts';

const PIECE_BYTES = 65_536;
/** Cost of a list, object or string that is put together here, in bytes that would be parsed meanwhile. */
const BYTES_PER_VALUE = 256;
/**
 * Most lists and objects around a value: a few dozen megabytes of them. A text of brackets alone would otherwise take two
 * hundred times its size.
 */
export const MAX_DEPTH = 200_000;
/**
 * Most lists and objects of a text: a hundred megabytes of them at most. `[],` takes ten times its size in memory. An object of
 * the upstream, down to a reference with an id, has several dozen bytes, so that the largest answers have fewer than these.
 */
export const MAX_VALUES = 1_000_000;
/** Most bytes of a UTF-8 character after its first. */
const MOST_LATER_BYTES = 3;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Value of `parseJson(bytes, isExact)`, parsed in pieces. Rejects with a `SyntaxError` where that throws one, and with
 * the reason of the slices when they end. Nothing here recurses. A text that would take many times its size in memory is
 * rejected with an `OversizedJsonError`: one of more depth than `MAX_DEPTH`, or of more than `MAX_VALUES`.
 *
 * The bytes are scanned for the ends of elements, and runs of whole elements are left to `JSON.parse`. Only lists, objects
 * and strings longer than a piece are put together here. Each cut is beside an ASCII character outside of strings, or before
 * the first byte of a character within one, so that the decoded pieces are the decoded whole.
 *
 * @param pieceBytes Most bytes that are given to `JSON.parse` at once; by default it takes less than a millisecond for them.
 */
export function parseInPieces(
  bytes: Buffer,
  slices: Slices,
  isExact = false,
  pieceBytes = PIECE_BYTES,
): Promise<unknown> {
  return new PiecewiseParser(bytes, slices, isExact, pieceBytes).parse();
}

/* oxlint-disable eslint/no-await-in-loop -- one slice after the other */

class PiecewiseParser {
  readonly #bytes: Buffer;
  readonly #slices: Slices;
  readonly #isExact: boolean;
  readonly #pieceBytes: number;
  /** Place of the next element, or of the comma or bracket after one. */
  #at: number;
  /** True when a comma is before the place, so that an element has to follow. */
  #isAfterComma = false;
  /** Lists and objects around the place, the outermost first. */
  readonly #around: OpenValue[] = [];
  /** Brackets that the last scan has left open, the outermost first. */
  readonly #brackets: number[] = [];
  /** Last comma of the last scan in the innermost of `around`, and within each of the brackets; -1 without one. */
  readonly #commas: number[] = [];
  /** Lists and objects that begin before the place up to which they are counted. */
  #opened = 0;
  #countedTo = 0;

  constructor(bytes: Buffer, slices: Slices, isExact: boolean, pieceBytes: number) {
    this.#isExact = isExact;
    this.#bytes = bytes;
    this.#slices = slices;
    this.#pieceBytes = pieceBytes;
    this.#at = textStart(bytes);
  }

  async parse(): Promise<unknown> {
    if (this.#isAtSpace) await this.#skipSpace();
    const value = await this.#value();
    while (this.#around.length > 0) {
      const from = this.#at;
      const closing = this.#scan();
      if (closing !== null) {
        this.#addRun(closing, false);
        await this.#close();
      } else if (this.#commas[0] !== -1) this.#addRun(this.#commas[0] ?? -1, true);
      else if (this.#brackets.length > 0) await this.#enterBrackets();
      else await this.#longElement();
      if (this.#slices.isOver(this.#at - from + BYTES_PER_VALUE)) await this.#slices.next();
    }
    if (this.#isAtSpace) await this.#skipSpace();
    if (this.#at < this.#bytes.length) throw notJson();
    return value;
  }

  /** Scans a piece from the place on. The place of the bracket that ends the innermost of `around`; null without it. */
  #scan(): number | null {
    const bytes = this.#bytes;
    const brackets = this.#brackets;
    const commas = this.#commas;
    brackets.length = 0;
    commas.length = 1;
    commas[0] = -1;
    const end = Math.min(this.#at + this.#pieceBytes, bytes.length);
    for (let at = this.#at; at < end; at += 1) {
      switch (bytes[at]) {
        case QUOTE:
          for (at += 1; at < end && bytes[at] !== QUOTE; at += 1) if (bytes[at] === BACKSLASH) at += 1;
          break;
        case COMMA:
          commas[commas.length - 1] = at;
          break;
        case OPEN_LIST:
        case OPEN_OBJECT:
          brackets.push(at);
          commas.push(-1);
          if (at >= this.#countedTo && ++this.#opened > MAX_VALUES) throw tooMany();
          if (this.#around.length + brackets.length > MAX_DEPTH) throw tooDeep();
          break;
        case CLOSE_LIST:
        case CLOSE_OBJECT:
          if (brackets.length === 0) {
            this.#countedTo = Math.max(this.#countedTo, at);
            return at;
          }
          brackets.pop();
          commas.pop();
          break;
        case undefined:
        default:
      }
    }
    this.#countedTo = Math.max(this.#countedTo, end);
    return null;
  }

  /** Adds the elements up to a comma, which there have to be, or up to a bracket. */
  #addRun(end: number, isComma: boolean): void {
    const isThereAny = this.#innermost.addParsed(this.#text(end));
    if (!isThereAny && (isComma || this.#isAfterComma)) throw notJson();
    this.#at = isComma ? end + 1 : end;
    this.#isAfterComma = isComma;
  }

  /** Enters the lists and objects that the last scan has left open, and adds what is whole in them. */
  async #enterBrackets(): Promise<void> {
    for (const [depth, bracket] of this.#brackets.entries()) {
      const key = this.#innermost.keyIn(this.#text(bracket));
      this.#at = bracket;
      this.#enter(key);
      const comma = this.#commas[depth + 1] ?? -1;
      if (comma !== -1) this.#addRun(comma, true);
      if (this.#slices.isOver(BYTES_PER_VALUE)) await this.#slices.next();
    }
  }

  /** Adds an element of which the last scan has seen neither an end nor a bracket: a long string, number or space. */
  async #longElement(): Promise<void> {
    const bytes = this.#bytes;
    if (this.#isAtSpace) await this.#skipSpace();
    const { end } = this.#innermost;
    if (bytes[this.#at] === end && !this.#isAfterComma) return this.#close();
    let key = '';
    if (end === CLOSE_OBJECT) {
      key = await this.#string();
      if (this.#isAtSpace) await this.#skipSpace();
      if (bytes[this.#at] !== COLON) throw notJson();
      this.#at += 1;
      if (this.#isAtSpace) await this.#skipSpace();
    }
    const depth = this.#around.length;
    const value = await this.#value(key);
    if (this.#around.length > depth) return;
    this.#innermost.add(key, value);
    await this.#afterElement();
  }

  /** Value at the place. A list or an object is entered, added to the innermost one around it under this key. */
  async #value(key = ''): Promise<unknown> {
    switch (this.#bytes[this.#at]) {
      case OPEN_LIST:
      case OPEN_OBJECT:
        return this.#enter(key);
      case QUOTE:
        return this.#string();
      case undefined:
      default: {
        const end = await this.#endOfElement();
        const value: unknown = JSON.parse(this.#text(end));
        this.#at = end;
        return value;
      }
    }
  }

  /** Enters the list or object whose bracket is at the place. */
  #enter(key: string): object {
    const opened = this.#bytes[this.#at] === OPEN_LIST ? new OpenList() : new OpenObject();
    if (this.#around.length === MAX_DEPTH) throw tooDeep();
    this.#around.at(-1)?.add(key, opened.value);
    this.#around.push(opened);
    this.#at += 1;
    this.#isAfterComma = false;
    return opened.value;
  }

  /** Leaves the innermost list or object, whose bracket has to be at the place. */
  async #close(): Promise<void> {
    if (this.#bytes[this.#at] !== this.#innermost.end) throw notJson();
    this.#around.pop();
    this.#at += 1;
    await this.#afterElement();
  }

  /** Goes past the comma, or out of the lists and objects that end here. */
  async #afterElement(): Promise<void> {
    while (this.#around.length > 0) {
      if (this.#isAtSpace) await this.#skipSpace();
      const next = this.#bytes[this.#at];
      if (next !== COMMA && next !== this.#innermost.end) throw notJson();
      this.#at += 1;
      this.#isAfterComma = next === COMMA;
      if (next === COMMA) return;
      this.#around.pop();
      if (this.#slices.isOver(BYTES_PER_VALUE)) await this.#slices.next();
    }
  }

  /** String that begins at the place. Each slice of it is parsed by itself. */
  async #string(): Promise<string> {
    const bytes = this.#bytes;
    if (bytes[this.#at] !== QUOTE) throw notJson();
    let text = '';
    let at = this.#at + 1;
    for (let isOver = false; !isOver;) {
      const from = at;
      const end = from + this.#pieceBytes;
      while (at < end && at < bytes.length && bytes[at] !== QUOTE) at += lengthInString(bytes, at);
      for (let later = 0; later < MOST_LATER_BYTES && isLaterByte(bytes[at]); later += 1) at += 1;
      if (at >= bytes.length) throw notJson();
      isOver = bytes[at] === QUOTE;
      const slice: string = JSON.parse(`"${bytes.toString('utf8', from, at)}"`);
      text += slice;
      if (this.#slices.isOver(at - from)) await this.#slices.next();
    }
    this.#at = at + 1;
    return text;
  }

  /** Place of the comma or bracket after a number or literal; the end of the bytes without one. */
  async #endOfElement(): Promise<number> {
    const bytes = this.#bytes;
    let at = this.#at;
    while (at < bytes.length && !isEnd(bytes[at])) {
      at += 1;
      if (at % PIECE_BYTES === 0) if (this.#slices.isOver(PIECE_BYTES)) await this.#slices.next();
    }
    return at;
  }

  async #skipSpace(): Promise<void> {
    while (isSpace(this.#bytes[this.#at])) {
      this.#at += 1;
      if (this.#at % PIECE_BYTES === 0) if (this.#slices.isOver(PIECE_BYTES)) await this.#slices.next();
    }
  }

  get #isAtSpace(): boolean {
    return isSpace(this.#bytes[this.#at]);
  }

  get #innermost(): OpenValue {
    const innermost = this.#around.at(-1);
    if (innermost === undefined) throw new TypeError('The place is within a list or an object.');
    return innermost;
  }

  #text(end: number): string {
    return this.#isExact
      ? exactText(this.#bytes, this.#at, end)
      : this.#bytes.toString('utf8', this.#at, end);
  }
}

/* oxlint-enable eslint/no-await-in-loop */

/** Number of bytes of a character, an escape sequence, or a part of a character in a string. */
function lengthInString(bytes: Buffer, at: number): number {
  if (bytes[at] !== BACKSLASH) return 1;
  return bytes[at + 1] === LETTER_U ? 6 : 2;
}

/** True for a byte within a UTF-8 character, after its first. */
function isLaterByte(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x80 && byte < 0xc0;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isEnd(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT;
}

/** Error of JSON that would take many times its size in memory. */
export class OversizedJsonError extends SyntaxError {}

function tooMany(): OversizedJsonError {
  return new OversizedJsonError(`The text has more than ${MAX_VALUES} lists and objects.`);
}

function tooDeep(): OversizedJsonError {
  return new OversizedJsonError(`The text has more than ${MAX_DEPTH} lists and objects around a value.`);
}

/** Error that quotes nothing of the text, which may be personal data. */
function notJson(): SyntaxError {
  return new SyntaxError('The text is not JSON.');
}

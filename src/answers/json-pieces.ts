import { remainingLength } from '../lib/json-length.ts';

/**
 * Upper bound of text made at once, in UTF-16 code units: about a millisecond of work. Ordinary answers are smaller, and are
 * written by one `JSON.stringify`.
 */
export const PIECE_CODE_UNITS = 256 * 1024;

/** Texts that follow each other. They are not joined: that would copy each of them once more. */
export type Piece = readonly string[];

/**
 * JSON text of a value in pieces, in one pass. Together they are what `JSON.stringify` gives for data as results hold it:
 * plain objects, lists, leaves, and objects with `toJSON`.
 *
 * @param size Upper bound of a piece, about, in UTF-16 code units.
 * @throws TypeError and RangeError for values that `JSON.stringify` cannot write either: BigInt, circles, too deep nesting.
 */
export function* jsonPieces(value: unknown, size = PIECE_CODE_UNITS): Generator<Piece, void> {
  const text = new PendingText(size);
  yield* write(value, '', text);
  if (text.length > 0) yield text.take();
}

/** Text that is shorter than a piece so far. */
class PendingText {
  /** Size from which on it is a piece. */
  readonly size: number;
  #texts: string[] = [];
  #length = 0;

  constructor(size: number) {
    this.size = size;
  }

  get length(): number {
    return this.#length;
  }

  get isPiece(): boolean {
    return this.#length >= this.size;
  }

  add(text: string): void {
    this.#texts.push(text);
    this.#length += text.length;
  }

  take(): Piece {
    const texts = this.#texts;
    this.#texts = [];
    this.#length = 0;
    return texts;
  }
}

function* write(value: unknown, key: string, text: PendingText): Generator<Piece, void> {
  if (remainingLength(value, text.size) >= 0) text.add(JSON.stringify(value) ?? 'null');
  else if (typeof value === 'string') yield* writeString(value, text);
  else if (Array.isArray(value)) yield* writeList(value, text);
  else if (hasToJSON(value)) yield* write(value.toJSON(key), key, text);
  else if (isRecord(value)) yield* writeObject(value, text);
  else text.add(JSON.stringify(value) ?? 'null');
  if (text.isPiece) yield text.take();
}

function* writeList(list: readonly unknown[], text: PendingText): Generator<Piece, void> {
  text.add('[');
  // Items up to `next` are measured and fit into one piece together; those before `first` are written.
  let first = 0;
  let left = text.size;
  for (let next = 0; next < list.length; next += 1) {
    const after = remainingLength(list[next], left);
    if (after >= 0) {
      left = after;
      continue;
    }
    if (next > first) {
      if (first > 0) text.add(',');
      text.add(itemsOf(list, first, next));
      yield text.take();
    }
    left = remainingLength(list[next], text.size);
    first = next;
    if (left >= 0) continue;
    if (next > 0) text.add(',');
    yield* write(list[next], String(next), text);
    first = next + 1;
    left = text.size;
  }
  if (list.length > first) {
    if (first > 0) text.add(',');
    text.add(itemsOf(list, first, list.length));
  }
  text.add(']');
}

/** Text of some items of a list, with commas between them. */
function itemsOf(list: readonly unknown[], from: number, to: number): string {
  return JSON.stringify(from === 0 && to === list.length ? list : list.slice(from, to)).slice(1, -1);
}

function* writeObject(object: Readonly<Record<string, unknown>>, text: PendingText): Generator<Piece, void> {
  let before = '{';
  for (const [key, value] of Object.entries(object)) {
    if (!isWritten(value, key)) continue;
    text.add(before);
    yield* write(key, '', text);
    text.add(':');
    yield* write(value, key, text);
    before = ',';
  }
  text.add(before === '{' ? '{}' : '}');
}

/** False for properties that JSON leaves out. */
function isWritten(value: unknown, key: string): boolean {
  const shown = hasToJSON(value) ? value.toJSON(key) : value;
  return shown !== undefined && typeof shown !== 'function' && typeof shown !== 'symbol';
}

/** Slices of a long string. A surrogate pair stays in one of them: its halves alone would be escaped. */
function* writeString(value: string, text: PendingText): Generator<Piece, void> {
  text.add('"');
  for (let from = 0; from < value.length;) {
    let to = from + text.size;
    if (isHighSurrogate(value, to - 1)) to += 1;
    text.add(JSON.stringify(value.slice(from, to)).slice(1, -1));
    yield text.take();
    from = to;
  }
  text.add('"');
}

function isHighSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdbff;
}

function hasToJSON(value: unknown): value is { toJSON(key: string): unknown } {
  return (
    typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function'
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

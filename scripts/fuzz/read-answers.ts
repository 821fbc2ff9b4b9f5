/** An HTTP/1.1 answer as received. */
export interface Answer {
  readonly status: number;
  /** Values by name in lower case; a repeated header has a value for each. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
  /** Method of the answered request; undefined when unknown. */
  readonly method: string | undefined;
}

/** The bytes are not valid HTTP at their position. */
export class BadHttpError extends Error {}

/** End of a body: by length, by chunks, or with the connection. */
type Framing = { readonly length: number } | 'chunked' | 'connection';

interface Head extends Omit<Answer, 'body'> {
  readonly framing: Framing;
}

/**
 * Parses answers from the bytes of a connection. Stricter than clients: bytes that two clients could read differently are an
 * error.
 */
export class AnswerReader {
  readonly answers: Answer[] = [];
  readonly #methods: readonly string[];
  #chunks: Buffer[] = [];
  #length = 0;
  /** Number of bytes that the next step needs. */
  #needed = 1;
  #head: Head | null = null;
  #body: Buffer[] = [];

  constructor(methods: readonly string[]) {
    this.#methods = methods;
  }

  /** True when the last answer is incomplete. */
  get isAmidst(): boolean {
    return this.#head !== null || this.#length > 0;
  }

  /** @throws BadHttpError */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    while (this.#length >= this.#needed && this.#step(this.#bytes())) {
      // Each step consumes bytes.
    }
  }

  /** Ends the input. @throws BadHttpError */
  end(): void {
    if (this.#head?.framing === 'connection') {
      this.#body = this.#chunks;
      this.#keep(Buffer.alloc(0), 1);
      this.#finish(this.#head);
    }
    if (this.isAmidst) throw new BadHttpError('the answer ends before its end');
  }

  #bytes(): Buffer {
    const [only = Buffer.alloc(0), ...others] = this.#chunks;
    return others.length === 0 ? only : Buffer.concat(this.#chunks);
  }

  /** Consumes bytes; false when it needs more of them. */
  #step(bytes: Buffer): boolean {
    const head = this.#head;
    if (head === null) return this.#readHead(bytes);
    if (head.framing === 'connection') return this.#keep(bytes, Infinity);
    if (head.framing === 'chunked') return this.#readChunk(bytes, head);
    const { length } = head.framing;
    if (bytes.length < length) return this.#keep(bytes, length);
    this.#body = [bytes.subarray(0, length)];
    this.#keep(bytes.subarray(length), 1);
    this.#finish(head);
    return true;
  }

  #readHead(bytes: Buffer): boolean {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return this.#keep(bytes, bytes.length + 1);
    const head = headOf(bytes.toString('latin1', 0, end), this.#methods[this.answers.length]);
    this.#keep(bytes.subarray(end + 4), 1);
    // Status 100 only tells the client to go on.
    if (head.status === 100) return true;
    this.#head = head;
    if (head.framing !== 'connection' && head.framing !== 'chunked') {
      this.#needed = head.framing.length;
      if (head.framing.length === 0) this.#finish(head);
    }
    return true;
  }

  #readChunk(bytes: Buffer, head: Head): boolean {
    const end = bytes.indexOf('\r\n');
    if (end < 0) return this.#keep(bytes, bytes.length + 1);
    const size = bytes.toString('latin1', 0, end);
    if (!/^[\da-f]{1,8}$/i.test(size)) throw new BadHttpError(`a chunk says that it has "${size}" bytes`);
    const length = Number.parseInt(size, 16);
    const past = end + 2 + length + 2;
    if (bytes.length < past) return this.#keep(bytes, past);
    if (bytes.toString('latin1', past - 2, past) !== '\r\n') throw new BadHttpError('a chunk does not end');
    this.#body.push(bytes.subarray(end + 2, past - 2));
    this.#keep(bytes.subarray(past), 1);
    if (length === 0) this.#finish(head);
    return true;
  }

  #finish({ status, headers, method }: Head): void {
    this.answers.push({ status, headers, body: Buffer.concat(this.#body), method });
    this.#head = null;
    this.#body = [];
    this.#needed = 1;
  }

  #keep(bytes: Buffer, needed: number): false {
    this.#chunks = bytes.length === 0 ? [] : [bytes];
    this.#length = bytes.length;
    this.#needed = needed;
    return false;
  }
}

function headOf(text: string, method: string | undefined): Head {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const [, digits = ''] = /^HTTP\/1\.1 (\d{3}) [\t -~]*$/.exec(statusLine) ?? [];
  if (digits === '') throw new BadHttpError(`"${statusLine.slice(0, 100)}" begins no answer`);
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[\t ]*(.*?)[\t ]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined || /[^\t -~\u0080-\u00ff]/.test(value)) {
      throw new BadHttpError(`"${line.slice(0, 100)}" is no header`);
    }
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), value]);
  }
  const status = Number(digits);
  return { status, headers, method, framing: framingOf(status, headers, method) };
}

function framingOf(
  status: number,
  headers: ReadonlyMap<string, readonly string[]>,
  method: string | undefined,
): Framing {
  const lengths = headers.get('content-length') ?? [];
  const codings = headers.get('transfer-encoding') ?? [];
  if (lengths.length + codings.length > 1) throw new BadHttpError('the answer has two ends');
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return { length: 0 };
  if (codings.length > 0) return 'chunked';
  const [length] = lengths;
  if (length === undefined) return 'connection';
  if (!/^\d+$/.test(length)) throw new BadHttpError(`Content-Length is "${length}"`);
  return { length: Number(length) };
}

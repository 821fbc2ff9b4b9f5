const EMPTY_LINE = '\r\n\r\n';
const LF = 0x0a;
/** Longest size of a chunk with its extensions, in characters; Node's parser refuses longer ones. */
const LONGEST_SIZE_LINE = 16 * 1024;

type Part = 'head' | 'body' | 'chunk size' | 'chunk' | 'trailers';

/** Body of a message: its bytes as the head gives them, or chunks. */
export type Body = { readonly bytes: number } | 'chunked';

/**
 * Place in a stream of HTTP/1.1 messages. It only looks for the ends of heads and messages (RFC 9112, sections 6 and 7.1): if
 * something is a message at all is for the parser to say, which gets the same bytes.
 */
export class MessageEnd {
  #part: Part = 'head';
  /** Bytes of the body, or of a chunk and its line break, that are still to come. */
  #left = 0;
  /** Line with a chunk's size, as far as it has come. */
  #sizeLine = '';
  /** Last characters of a head or of trailers: its end can be in two pieces. */
  #last = '';

  /** True in a head and between messages. */
  get isInHead(): boolean {
    return this.#part === 'head';
  }

  /** True at the end of a head, until its body begins, and at the end of a message. */
  get isAtEnd(): boolean {
    return this.#part === 'head' && this.#last === '';
  }

  /** Begins the body of the message whose head has ended. */
  begin(body: Body): void {
    if (body === 'chunked') this.#part = 'chunk size';
    else if (body.bytes > 0) {
      this.#part = 'body';
      this.#left = body.bytes;
    }
  }

  /**
   * Place up to which the parser can have the bytes from `from` on: the end of a head, the end of a message, or the end of the
   * data.
   */
  next(data: Buffer, from: number): number {
    switch (this.#part) {
      case 'head':
        return this.#afterEmptyLine(data, from);
      case 'body':
        return this.#afterBytes(data, from, 'head');
      case 'chunk size':
        return this.#afterChunkSize(data, from);
      case 'chunk':
        return this.#afterBytes(data, from, 'chunk size');
      case 'trailers': {
        const end = this.#afterEmptyLine(data, from);
        if (this.#last === '') this.#part = 'head';
        return end;
      }
    }
  }

  /** Place after the next empty line, at which `last` is empty again. */
  #afterEmptyLine(data: Buffer, from: number): number {
    // The line can begin in what came before.
    const joint = this.#last + data.toString('latin1', from, from + EMPTY_LINE.length - 1);
    const early = joint.indexOf(EMPTY_LINE);
    const at = early === -1 ? data.indexOf(EMPTY_LINE, from, 'latin1') : from + early - this.#last.length;
    if (early === -1 && at === -1) {
      const end = data.length;
      this.#last = (this.#last + data.toString('latin1', Math.max(from, end - 3), end)).slice(-3);
      return end;
    }
    this.#last = '';
    return at + EMPTY_LINE.length;
  }

  #afterBytes(data: Buffer, from: number, then: Part): number {
    const end = Math.min(data.length, from + this.#left);
    this.#left -= end - from;
    if (this.#left === 0) this.#part = then;
    return end;
  }

  /** Goes past a line with a chunk's size, and on to the chunk or, after the last chunk, to the trailers. */
  #afterChunkSize(data: Buffer, from: number): number {
    const at = data.indexOf(LF, from);
    const end = at === -1 ? data.length : at + 1;
    this.#sizeLine = (this.#sizeLine + data.toString('latin1', from, end)).slice(0, LONGEST_SIZE_LINE);
    if (at === -1) return end;
    const bytes = Number.parseInt(this.#sizeLine, 16);
    this.#sizeLine = '';
    if (bytes > 0) {
      this.#part = 'chunk';
      this.#left = bytes + '\r\n'.length;
    } else {
      this.#part = 'trailers';
      // Without trailers, the empty line follows this one at once.
      this.#last = '\r\n';
    }
    return end;
  }
}

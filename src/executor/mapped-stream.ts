/** Functions that a `MappedStream` calls. */
export interface StreamMapping<From, To> {
  /** Value that leaves for a value of the source. */
  readonly map: (value: From) => To | Promise<To>;
  /** Last value that leaves when the source, or `map`, fails. @default none: the stream fails as well */
  readonly failed?: (error: unknown) => To;
  /** Called once: after the last value, after a failure, or when the consumer stops reading. */
  readonly end?: (() => void) | undefined;
}

/**
 * Stream of a source's values, each mapped before it leaves. `return` reaches the source once and without delay, also while
 * the source is awaited; an async generator in place of this class would wait for its next value first. A source that is itself
 * a generator waits all the same, so it has to watch the request's signal.
 */
export class MappedStream<From, To = From> implements AsyncIterableIterator<To, undefined> {
  readonly #source: AsyncIterator<From>;
  readonly #mapping: StreamMapping<From, To>;
  #isOver = false;

  constructor(source: AsyncIterable<From>, mapping: StreamMapping<From, To>) {
    this.#source = source[Symbol.asyncIterator]();
    this.#mapping = mapping;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<To, undefined>> {
    if (this.#isOver) return done;
    let isMapping = false;
    try {
      const next = await this.#source.next();
      if (next.done === true) this.#end();
      if (this.#isOver) return done;
      isMapping = true;
      const value = await this.#mapping.map(next.value);
      // The consumer may have stopped reading meanwhile.
      return this.#isOver ? done : { done: false, value };
    } catch (error) {
      // A failure has no meaning for a consumer that has stopped reading.
      if (this.#isOver) return done;
      this.#end();
      // Not awaited: a source may take long to end, or fail at it.
      if (isMapping) this.#returnSource().catch(() => undefined);
      if (this.#mapping.failed === undefined) throw error;
      return { done: false, value: this.#mapping.failed(error) };
    }
  }

  async return(): Promise<IteratorResult<To, undefined>> {
    if (this.#isOver) return done;
    this.#end();
    await this.#returnSource();
    return done;
  }

  async #returnSource(): Promise<void> {
    await this.#source.return?.();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#mapping.end?.();
  }
}

const done = { done: true, value: undefined } as const;

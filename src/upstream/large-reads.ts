/** Maximum large answers that are read at once. Each takes some 150 MB while it is received and parsed, at 32 MB. */
const MAX_LARGE_READS = 2;

/**
 * Gate for large answers of the upstream, of all identities together: further ones are not received until there is a place, so
 * that their memory is bounded. Whoever waits keeps its connection, and its time limit.
 */
export class LargeReads {
  #free = MAX_LARGE_READS;
  /** Waiting reads in their order, with the function that lets them in. */
  readonly #waiting = new Map<LargeRead, () => void>();

  /** Resolves when there is a place for the read, which it keeps until `leave`. */
  enter(read: LargeRead): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      read.hasPlace = true;
      return Promise.resolve();
    }
    return new Promise((resolve) => this.#waiting.set(read, resolve));
  }

  leave(read: LargeRead): void {
    if (this.#waiting.delete(read) || !read.hasPlace) return;
    read.hasPlace = false;
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    const [waiting, letIn] = next;
    this.#waiting.delete(waiting);
    waiting.hasPlace = true;
    letIn();
  }
}

/** One read that may turn out to be large. */
export class LargeRead {
  hasPlace = false;
}

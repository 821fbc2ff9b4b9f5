/**
 * Long works of one kind, one after the other in the order in which they came. Each takes turns with other work of the event
 * loop; side by side they would end no sooner, and their memory would add up.
 */
export class OneAfterAnother {
  #last: Promise<void> = Promise.resolve();

  /** Begins the work when those before it have ended, however they did. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    // Without the result, which may be large.
    this.#last = result.then(nothing, nothing);
    return result;
  }
}

function nothing(): void {
  // The caller has the result.
}

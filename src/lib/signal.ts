/**
 * The part of an `AbortSignal` that is used on the way to the upstream. Each call needs signals of its own, and those of Node
 * with their listeners cost more than everything else that is done for it.
 */
export interface Signal {
  readonly aborted: boolean;
  /** Why, once it has aborted. */
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A signal together with what aborts it. */
export class Cancellation implements Signal {
  #aborted = false;
  #reason: unknown;
  /** Made for the first: most signals have one listener, and some none. */
  #listeners: Set<() => void> | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** Tells all listeners, each once. Only the first reason counts. */
  abort(reason: Error): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    for (const listener of this.#listeners ?? []) listener();
    this.#listeners = undefined;
  }

  /** As with an `AbortSignal`, nobody is told who comes after it has aborted. */
  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#aborted) return;
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners?.delete(listener);
  }
}

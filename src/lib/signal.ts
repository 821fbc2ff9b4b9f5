/**
 * Part of an `AbortSignal` that upstream calls use. Each call needs its own signals, and those of Node with their listeners
 * cost more than everything else done for the call.
 */
export interface Signal {
  readonly aborted: boolean;
  /** Reason of the abort; undefined before it. */
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Signal and its controller in one object. */
export class Cancellation implements Signal {
  #aborted = false;
  #reason: unknown;
  /** Created with the first listener: most signals have one listener, and some none. */
  #listeners: Set<() => void> | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** Calls each listener once. Only the first reason counts. */
  abort(reason: Error): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    for (const listener of this.#listeners ?? []) listener();
    this.#listeners = undefined;
  }

  /** Listeners added after the abort are never called, as with an `AbortSignal`. */
  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#aborted) return;
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners?.delete(listener);
  }
}

/**
 * Object or list with pending values. Each is put in its place once resolved, so keys stay in order. Only promises are
 * awaited: with Promise.all, values that are no promises cost as much.
 */
export class PendingObject<Key extends string | number> {
  readonly #whole: Record<Key, unknown>;
  readonly #settled = Promise.withResolvers<unknown>();
  #waiting = 0;

  constructor(whole: Record<Key, unknown>) {
    this.#whole = whole;
  }

  /** Resolves with the whole once all values are in place; rejects as soon as one promise does. */
  get promise(): Promise<unknown> {
    return this.#settled.promise;
  }

  waitFor(key: Key, promise: Promise<unknown>): void {
    this.#waiting += 1;
    promise.then((value) => this.#put(key, value), this.#settled.reject);
  }

  #put(key: Key, value: unknown): void {
    this.#whole[key] = value;
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#settled.resolve(this.#whole);
  }
}

/** Resolves with a list once all promises in it have resolved. The list must hold at least one. */
export function awaitPendingList(list: unknown[]): Promise<unknown> {
  const pendingObject = new PendingObject<number>(list);
  for (const [index, value] of list.entries()) {
    if (value instanceof Promise) pendingObject.waitFor(index, value);
  }
  return pendingObject.promise;
}

/**
 * Throws the error that makes an object null, once the promises of its other fields have resolved or one has rejected.
 * graphql-js does the same, so that errors found meanwhile are reported.
 */
export function throwAfter(thrown: unknown, values: readonly unknown[]): Promise<never> {
  const promises = values.filter((value) => value instanceof Promise);
  if (promises.length === 0) throw thrown;
  const rethrow = () => {
    throw thrown;
  };
  return Promise.all(promises).then(rethrow, rethrow);
}

/** Throws the error that makes a list null. Promises of its other elements are ignored, rejections included. */
export function throwAtOnce(
  thrown: unknown,
  values: readonly unknown[],
  unseen: readonly unknown[] = [],
): never {
  ignoreRejections(values);
  ignoreRejections(unseen);
  throw thrown;
}

/** Keeps rejections of values that nobody waits for from being reported as unhandled. */
export function ignoreRejections(values: readonly unknown[]): void {
  for (const value of values) if (value instanceof Promise) value.catch(() => null);
}

/** True for values that graphql-js takes for promises. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

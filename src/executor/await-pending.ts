/**
 * An object or list some of whose values are promised. They are put in as they come, so that keys stay in order, and only they
 * are waited for: with Promise.all, those that are there cost as much.
 */
export class PendingObject<Key extends string | number> {
  readonly #whole: Record<Key, unknown>;
  readonly #settled = Promise.withResolvers<unknown>();
  #waiting = 0;

  constructor(whole: Record<Key, unknown>) {
    this.#whole = whole;
  }

  /** The whole once all is in it; rejects as soon as a promise does. */
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

/** A list that holds promises, once all of them are there. */
export function awaitPendingList(list: unknown[]): Promise<unknown> {
  const pendingObject = new PendingObject<number>(list);
  for (const [index, value] of list.entries()) {
    if (value instanceof Promise) pendingObject.waitFor(index, value);
  }
  return pendingObject.promise;
}

/**
 * Throws the error that leaves no object to give, after what its other fields promised has ended: that is how graphql-js does
 * it, and what it still finds wrong with them is told.
 */
export function throwAfter(thrown: unknown, values: readonly unknown[]): Promise<never> {
  const promises = values.filter((value) => value instanceof Promise);
  if (promises.length === 0) throw thrown;
  const rethrow = () => {
    throw thrown;
  };
  return Promise.all(promises).then(rethrow, rethrow);
}

/** Throws the error that leaves no list to give. What its other elements promised is of no interest any more. */
export function throwAtOnce(thrown: unknown, values: readonly unknown[]): never {
  for (const value of values) if (value instanceof Promise) value.catch(() => null);
  throw thrown;
}

/** As graphql-js tells promises. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

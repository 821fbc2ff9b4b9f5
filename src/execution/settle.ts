/** The same object once what is promised in it is there; rejects as soon as one of the promises does. Keys stay in order. */
export function settleObject(object: Record<string, unknown>): Promise<unknown> {
  return settle(object, Object.entries(object), (key, value) => {
    object[key] = value;
  });
}

/** The same for a list. */
export function settleList(list: unknown[]): Promise<unknown> {
  return settle(list, list.entries(), (index, value) => {
    list[index] = value;
  });
}

/** Waits for the promises alone, of which there are fewer than values: unlike with Promise.all, the others cost nothing. */
function settle<Key>(
  whole: object,
  entries: Iterable<[Key, unknown]>,
  put: (key: Key, value: unknown) => void,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  let waiting = 0;
  const settled = (key: Key, value: unknown) => {
    put(key, value);
    waiting -= 1;
    return waiting === 0 ? resolve(whole) : undefined;
  };
  for (const [key, value] of entries) {
    if (!(value instanceof Promise)) continue;
    waiting += 1;
    value.then((found: unknown) => settled(key, found), reject);
  }
  return promise;
}

/**
 * Throws the error that leaves no object to give, after what its other fields promised has ended: that is how graphql-js does
 * it, and what it still finds wrong with them is told.
 */
export function throwAfter(error: unknown, values: readonly unknown[]): Promise<never> {
  const promises = values.filter((value) => value instanceof Promise);
  if (promises.length === 0) throw error;
  const rethrow = () => {
    throw error;
  };
  return Promise.all(promises).then(rethrow, rethrow);
}

/** Throws the error that leaves no list to give. What its other elements promised is of no interest any more. */
export function throwAtOnce(error: unknown, values: readonly unknown[]): never {
  for (const value of values) if (value instanceof Promise) value.catch(() => null);
  throw error;
}

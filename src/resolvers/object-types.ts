/** Types of objects given where several types are possible; requests share the objects, so they must not be modified. */
const types = new WeakMap<object, string>();

export function noteObjectType(object: object, type: string): void {
  types.set(object, type);
}

/** Type that was noted for an object. */
export function objectTypeOf(object: object): string | undefined {
  return types.get(object);
}

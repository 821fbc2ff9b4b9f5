/** What `Reflect.get` gives, which V8 calls as a function of the runtime: of thousands of values in an answer that is felt. */
export function propertyOf(object: object, name: string): unknown {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any object may be asked for any property
  return (object as Readonly<Record<string, unknown>>)[name];
}

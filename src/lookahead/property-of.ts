/** Like `Reflect.get`, which V8 calls as a runtime function: noticeably slow for the thousands of values in an answer. */
export function propertyOf(object: object, name: string): unknown {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any object may be asked for any property
  return (object as Readonly<Record<string, unknown>>)[name];
}

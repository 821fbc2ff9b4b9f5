import { type DocumentNode, getOperationAST } from 'graphql';

/** Longer names are cut: a name can be as long as a body. */
export const LONGEST_NAME = 64;
/** Clients can write anything into a name: a number longer than a date (eight digits) may be personal. */
const LONG_NUMBER = /\d{9}/;

/** Name of an operation as operators see it; undefined when it has none, or one with a long number. */
export function operationNameOf(document: DocumentNode, operationName?: string | null): string | undefined {
  const name = getOperationAST(document, operationName)?.name?.value;
  return name === undefined || LONG_NUMBER.test(name) ? undefined : name.slice(0, LONGEST_NAME);
}

import { type DocumentNode, getOperationAST } from 'graphql';

/** Longer names are cut: they may be as long as a body. */
const LONGEST_NAME = 64;
/** Clients can write anything into a name: what has a number in it that is longer than a date might be somebody's. */
const LONG_NUMBER = /\d{9}/;

/** The name of an operation as those who run the gateway see it; undefined where it has none, or none to be shown. */
export function operationNameOf(document: DocumentNode, operationName?: string | null): string | undefined {
  const name = getOperationAST(document, operationName)?.name?.value;
  return name === undefined || LONG_NUMBER.test(name) ? undefined : name.slice(0, LONGEST_NAME);
}

import { PlainReference } from '../datasources/wire/reference.ts';

/** Tells the executor what of the sources depends on nothing but what it says itself: plain references that say the same. */
export const repeatedReferences = {
  isRepeatable: (source: object): source is PlainReference => source instanceof PlainReference,
  keyOf: ({ id }: PlainReference): unknown => id,
  areAlike: (source: PlainReference, other: PlainReference): boolean =>
    source.id === other.id && source.ownName === other.ownName && source.selfUri === other.selfUri,
};

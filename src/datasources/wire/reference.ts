import { isId } from './ids.ts';
import { type Origin, unknownValue } from './origin.ts';

/**
 * Reference from one entity to another: an id, and perhaps more. A loaded entity is a reference to itself, so every object
 * of an entity type resolves the same way.
 */
export interface Reference {
  readonly id: string;
  /** Name in this reference. Null when the upstream left it out, as it may; then the entity has to be loaded for it. */
  readonly ownName: string | null;
  readonly selfUri: string | null;
}

/**
 * Reference from an answer, with these three properties and nothing else, so that equal references are interchangeable.
 * References that know more, such as a contact's list, are of other classes.
 */
export class PlainReference implements Reference {
  readonly id: string;
  readonly ownName: string | null;
  readonly selfUri: string | null;

  constructor(id: string, ownName: string | null, selfUri: string | null) {
    this.id = id;
    this.ownName = ownName;
    this.selfUri = selfUri;
  }
}

/**
 * Reads a reference. Null when it has no id, for then it refers to nothing.
 *
 * @throws UnknownValueError when its id is malformed.
 */
export function referenceFrom(value: object | null, origin: Origin): Reference | null {
  if (value === null) return null;
  const { id, name, selfUri }: { id?: unknown; name?: unknown; selfUri?: unknown } = value;
  if (id === undefined || id === null) return null;
  if (!isId(id)) throw unknownValue(origin, 'reference');
  return new PlainReference(id, textOrNull(name), textOrNull(selfUri));
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

import type { UnknownValueError } from '../../errors.ts';
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
  /** Error of everything that would have to be loaded, where no call may carry the id. */
  readonly refusal?: UnknownValueError | undefined;
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

/** Reference with an id that no call may carry. All that came with it is shown, and nothing is loaded for it. */
class OddReference implements Reference {
  readonly ownName: string | null;
  readonly selfUri: string | null;
  readonly #id: unknown;
  readonly #origin: Origin;

  constructor(id: unknown, ownName: string | null, selfUri: string | null, origin: Origin) {
    this.#id = id;
    this.ownName = ownName;
    this.selfUri = selfUri;
    this.#origin = origin;
  }

  /** @throws UnknownValueError for an id that is not even text. */
  get id(): string {
    if (typeof this.#id === 'string') return this.#id;
    throw this.refusal;
  }
  get refusal(): UnknownValueError {
    return unknownValue(this.#origin, 'reference');
  }
}

/**
 * Reads a reference. Null when it has no id, for then it refers to nothing.
 *
 * @param isUsable True for an id that calls may carry.
 */
export function referenceFrom(value: object | null, origin: Origin, isUsable = isId): Reference | null {
  if (value === null) return null;
  const { id, name, selfUri }: { id?: unknown; name?: unknown; selfUri?: unknown } = value;
  if (id === undefined || id === null || id === '') return null;
  const ownName = nameIn(name);
  const uri = typeof selfUri === 'string' && selfUri !== '' ? selfUri : null;
  return isUsable(id) ? new PlainReference(id, ownName, uri) : new OddReference(id, ownName, uri, origin);
}

const SPACE = 0x20;
const DELETE = 0x7f;

/** Name in an answer. Null for a name of blanks, which the upstream writes where it leaves a name out. */
export function nameIn(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const first = value.charCodeAt(0);
  // Fast path: nearly all of the thousands of names in an answer begin with a letter.
  return (first > SPACE && first < DELETE) || value.trim() !== '' ? value : null;
}

import { UnknownValueError } from '../../errors.ts';
import { isId } from './ids.ts';
import type { Origin } from './origin.ts';

/**
 * What one entity says of another: its id, and perhaps more. An entity that was loaded is a reference to itself, so every
 * object of an entity type can be resolved the same way.
 */
export interface Reference {
  readonly id: string;
  /** The name as this reference has it. Null when the upstream left it out, which it may; then the entity has to be loaded for it. */
  readonly ownName: string | null;
  readonly selfUri: string | null;
}

/**
 * A reference as it stands in an answer. It holds no more than it says, so that two that say the same stand for the same in
 * every respect. References that know more, such as the list that a contact is in, are of other classes.
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
 * @throws UnknownValueError when it is no object, or its id is not an id.
 */
export function referenceFrom(value: object | null, origin: Origin): Reference | null {
  if (value === null) return null;
  const { id, name, selfUri }: { id?: unknown; name?: unknown; selfUri?: unknown } = value;
  if (id === undefined || id === null) return null;
  if (!isId(id)) throw new UnknownValueError(origin.answer.fault('reference'), origin.type, origin.id);
  return new PlainReference(id, textOrNull(name), textOrNull(selfUri));
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

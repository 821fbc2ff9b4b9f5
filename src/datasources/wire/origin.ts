import { UnknownValueError } from '../../errors.ts';
import type { AnswerFault, UpstreamAnswer } from '../../upstream/answer.ts';

/** Entity and answer that a value belongs to; errors about the value name them. */
export interface Origin {
  /** GraphQL type of the entity, such as `User`. */
  readonly type: string;
  /** Null where the upstream gave none. */
  readonly id: string | null;
  readonly answer: UpstreamAnswer;
}

/** Origin of a row that answers an id. */
export interface EntityOrigin extends Origin {
  readonly id: string;
}

/** Errors made so far. Weak keys: only answers with faults have any, and keep them no longer than their rows. */
const made = new WeakMap<Origin, Map<AnswerFault, UnknownValueError>>();

/**
 * Error of a value with this fault: one object per origin and fault, because many fields can read the value, and making an
 * error takes longer than everything else that a failed field needs.
 */
export function unknownValue(origin: Origin, fault: AnswerFault): UnknownValueError {
  const { type, id, answer } = origin;
  const ofOrigin = made.get(origin) ?? new Map<AnswerFault, UnknownValueError>();
  const error = ofOrigin.get(fault) ?? new UnknownValueError(answer.fault(fault), type, id);
  made.set(origin, ofOrigin.set(fault, error));
  return error;
}

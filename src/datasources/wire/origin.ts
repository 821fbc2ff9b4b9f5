import type { UpstreamAnswer } from '../../upstream/answer.ts';

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

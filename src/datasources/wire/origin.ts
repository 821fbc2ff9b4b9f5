import type { UpstreamAnswer } from '../../upstream/answer.ts';

/** The entity that a value belongs to and the answer it came in: what an error about it has to name. */
export interface Origin {
  /** GraphQL type of the entity, such as `User`. */
  readonly type: string;
  /** Null where the upstream gave none. */
  readonly id: string | null;
  readonly answer: UpstreamAnswer;
}

/** Of a row that answers an id. */
export interface EntityOrigin extends Origin {
  readonly id: string;
}

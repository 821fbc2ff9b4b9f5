/** A call that was made for a request, its retries included. */
export interface MadeCall {
  /** Name of the REST resource, such as `users`. */
  readonly resource: string;
  /** How many ids it asked for. */
  readonly keys: number;
  /** HTTP status of the last answer; null where none came. */
  readonly status: number | null;
  /** From when it was wanted until it was over, with the time that it waited for its turn. */
  readonly ms: number;
  readonly retries: number;
}

/** What a request cost the upstream and what it did not, in numbers: cheap enough for every request. */
export class UpstreamTally {
  /** Calls that went out, each retry counted. */
  sentCount = 0;
  /** Reads by a call that another request made. */
  sharedCount = 0;
  /** Entities and lists that were kept. */
  keptCount = 0;
  /** For turns in the quota. */
  waitedMs = 0;

  /** A call goes out. */
  sent(): void {
    this.sentCount += 1;
  }

  /** A call is over, with its retries. The numbers have no use for it. */
  made(_call: MadeCall): void {}

  /** Something was read by a call that another request makes. */
  shared(): void {
    this.sharedCount += 1;
  }

  /** A call waited so long for its turn. */
  waited(ms: number): void {
    this.waitedMs += ms;
  }

  /** Something of this GraphQL type was kept since so long ago. */
  kept(_type: string, _ageMs: number): void {
    this.keptCount += 1;
  }
}

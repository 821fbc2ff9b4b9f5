import type { QuotaLeft } from './quota/window.ts';

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
export class UpstreamUsage {
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

/** The same as its usage call by call and type by type, noted only where somebody wants to know. */
export class UsageReport extends UpstreamUsage {
  readonly #calls: MadeCall[] = [];
  readonly #fromCache = new Map<string, { count: number; oldestMs: number }>();
  readonly #needed = new Set<string>();
  readonly #sufficient = new Set<string>();

  override made(call: MadeCall): void {
    this.#calls.push(call);
  }

  override kept(type: string, ageMs: number): void {
    super.kept(type, ageMs);
    const { count, oldestMs } = this.#fromCache.get(type) ?? { count: 0, oldestMs: 0 };
    this.#fromCache.set(type, { count: count + 1, oldestMs: Math.max(oldestMs, ageMs) });
  }

  /** Whether what a reference says itself was all that was asked of an entity. */
  referred(type: string, id: string, isSufficient: boolean): void {
    (isSufficient ? this.#sufficient : this.#needed).add(`${type} ${id}`);
  }

  /** For clients. */
  toJSON(quota: QuotaLeft | null) {
    return {
      calls: this.#calls.map(({ ms, ...call }) => ({ ...call, ms: Math.round(ms) })),
      shared: this.sharedCount,
      fromCache: [...this.#fromCache].map(([type, { count, oldestMs }]) => ({
        type,
        count,
        oldestSeconds: Math.round(oldestMs / 100) / 10,
      })),
      savedByReference: [...this.#sufficient].filter((key) => !this.#needed.has(key)).length,
      waitedMs: Math.round(this.waitedMs),
      quota: quota && {
        allowed: quota.allowed,
        used: quota.used,
        resetSeconds: Math.ceil(quota.resetSeconds),
      },
    };
  }
}

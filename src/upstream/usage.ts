import type { QuotaLeft } from './quota/window.ts';

/** A call that was made for a request, its retries included. */
export interface MadeCall {
  /** Name of the REST resource, such as `users`. */
  readonly resource: string;
  /** Number of requested ids. */
  readonly keys: number;
  /** HTTP status of the last answer; null when none came. */
  readonly status: number | null;
  /** Duration, including retries and waits for permits. */
  readonly ms: number;
  readonly retries: number;
}

/** Counters of what a request cost the upstream and what it saved: cheap enough for every request. */
export class UpstreamUsage {
  /** Calls sent, each retry counted. */
  sentCount = 0;
  /** Reads served by a call of another request. */
  sharedCount = 0;
  /** Entities and lists served from a cache. */
  keptCount = 0;
  /** Time spent waiting for permits. */
  waitedMs = 0;

  /** True when something came from the upstream, now or earlier; in an answer without errors, that takes an accepted credential. */
  get cameToData(): boolean {
    return this.sentCount + this.sharedCount + this.keptCount > 0;
  }

  /** A call is sent. */
  sent(): void {
    this.sentCount += 1;
  }

  /** A call is over, with its retries. The counters do not need it. */
  made(_call: MadeCall): void {}

  /** A read is served by a call of another request. */
  shared(): void {
    this.sharedCount += 1;
  }

  /** A call waited `ms` for its permit. */
  waited(ms: number): void {
    this.waitedMs += ms;
  }

  /** A value of this GraphQL type, `ageMs` old, came from a cache. */
  kept(_type: string, _ageMs: number): void {
    this.keptCount += 1;
  }
}

/** Usage by call and by type, recorded only on demand. */
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

  /** `isSufficient` is true when the reference itself holds all that the query wants of the entity. */
  referred(type: string, id: string, isSufficient: boolean): void {
    (isSufficient ? this.#sufficient : this.#needed).add(`${type} ${id}`);
  }

  /** Report for clients. */
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

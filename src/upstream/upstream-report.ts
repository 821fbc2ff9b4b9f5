import type { QuotaLeft } from './quota/window.ts';
import { type MadeCall, UpstreamTally } from './usage.ts';

/** The same as its tally call by call and type by type, noted only where somebody wants to know. */
export class UpstreamReport extends UpstreamTally {
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

import type { Lease } from '../cache/replica-store.ts';
import type { Leases } from './leases.ts';

/** Leases that are released together, after all rows read have been written. */
export class RedisLease implements Lease {
  readonly #keys: readonly string[];
  readonly #leases: Leases;
  readonly #writes: ReadonlySet<Promise<unknown>>;
  #underWay = 0;
  #isOver = false;

  constructor(keys: readonly string[], leases: Leases, writes: ReadonlySet<Promise<unknown>>) {
    this.#keys = keys;
    this.#leases = leases;
    this.#writes = writes;
  }

  until(work: Promise<unknown>): void {
    this.#underWay += 1;
    const end = () => {
      this.#underWay -= 1;
      this.releaseUnlessUsed();
    };
    work.then(end, end);
  }

  releaseUnlessUsed(): void {
    if (this.#underWay > 0 || this.#isOver) return;
    this.#isOver = true;
    void Promise.all(this.#writes).then(() => this.#leases.release(this.#keys));
  }
}

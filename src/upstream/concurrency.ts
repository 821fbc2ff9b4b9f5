import type { IdentityKey } from './identity.ts';

interface Lane {
  active: number;
  readonly waiting: Set<() => void>;
}

/** Lets each identity have so many calls under way at once; the others wait in the order in which they came. */
export class ConcurrencyLimit {
  readonly #max: number;
  readonly #lanes = new Map<IdentityKey, Lane>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes a place if one is free. Whoever got a place must `leave`. */
  tryEnter(identity: IdentityKey): boolean {
    const lane = this.#lanes.get(identity);
    if (lane === undefined) this.#lanes.set(identity, { active: 1, waiting: new Set() });
    else if (lane.active < this.#max) lane.active += 1;
    else return false;
    return true;
  }

  /** Waits for a place after `tryEnter` said no. Rejects when the signal aborts first, and then holds none. */
  enter(identity: IdentityKey, signal: AbortSignal): Promise<void> {
    const lane = this.#lanes.get(identity);
    if (lane === undefined) throw new TypeError('ConcurrencyLimit.enter() is for when tryEnter() said no.');
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        lane.waiting.delete(onPlace);
        reject(signal.reason);
      };
      const onPlace = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      lane.waiting.add(onPlace);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  leave(identity: IdentityKey): void {
    const lane = this.#lanes.get(identity);
    if (lane === undefined) throw new TypeError('ConcurrencyLimit.leave() without a place.');
    const [next] = lane.waiting;
    if (next !== undefined) {
      // The place is handed on: `active` stays as it is.
      lane.waiting.delete(next);
      next();
    } else if (--lane.active === 0) this.#lanes.delete(identity);
  }
}

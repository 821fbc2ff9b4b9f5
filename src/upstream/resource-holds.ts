import { UpstreamError } from '../errors.ts';
import { PerIdentity } from '../identity/per-identity.ts';
import type { UpstreamIdentity } from '../identity/upstream-identity.ts';
import type { Clock } from '../lib/clock.ts';
import type { InFlight } from '../lib/single-flight.ts';

/** Hold after a 429 that names no time; doubles with each that follows. */
const UNNAMED_HOLD_MS = 1_000;
const LONGEST_UNNAMED_HOLD_MS = 30_000;
/** Upper bound, so one absurd header cannot hold a resource for days. */
const LONGEST_HOLD_MS = 600_000;

/** A call of one identity to one resource. */
export interface HeldCall {
  readonly identity: UpstreamIdentity;
  readonly resource: string;
  readonly shared: InFlight;
}

/** Thrown at a call that was about to be sent as its resource was held. It waits once more, and has cost nothing. */
export class HeldMeanwhile extends Error {
  override readonly name = 'HeldMeanwhile';
}

/**
 * Holds of resources with limits of their own, which a 429 shows while hardly anything of the token's quota is used. Each is
 * of one resource and one identity; other resources and other identities go on. After a hold one call goes to see, and the
 * others wait for its answer.
 */
export class ResourceHolds {
  readonly #clock: Clock;
  readonly #holds: PerIdentity<Map<string, ResourceHold>>;
  #closed: Error | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#holds = new PerIdentity(
      () => new Map<string, ResourceHold>(),
      (holds) => [...holds.values()].every((hold) => hold.isIdle(clock.now())),
    );
  }

  /**
   * Waits until the call may go; undefined when it may at once. Throws, or rejects with, an `UpstreamError`
   * (`UPSTREAM_RATE_LIMITED`) when the hold ends too late for it, and with the signal's reason on abort.
   */
  enter(call: HeldCall): Promise<void> | undefined {
    return this.#mustWait(call) ? this.#wait(call) : undefined;
  }

  /** Throws `HeldMeanwhile` for a call that must not be sent now, although `enter` let it go. */
  check(call: HeldCall): void {
    const hold = this.#holdOf(call);
    if (hold !== undefined && !hold.letsGo(call.shared, this.#clock.now())) throw new HeldMeanwhile();
  }

  /**
   * Notes a 429 of the resource's own limit. Returns the time that it is held for, in milliseconds.
   *
   * @param enteredMs Time at which the call began: calls that were under way together are refused together and count once.
   */
  refused(call: HeldCall, retryAfterSeconds: number | undefined, enteredMs: number): number {
    const holds = this.#holds.of(call.identity);
    let hold = holds.get(call.resource);
    if (hold === undefined) {
      hold = new ResourceHold(this.#clock);
      holds.set(call.resource, hold);
    }
    return hold.refused(retryAfterSeconds, enteredMs);
  }

  /** The upstream took the call, whatever it answered. Ends the hold if the call went to see. */
  accepted(call: HeldCall): void {
    const hold = this.#holdOf(call);
    if (hold?.probe !== call.shared) return;
    this.#holds.known(call.identity)?.delete(call.resource);
    hold.end();
  }

  /** The call is over. If it went to see and has seen nothing, another call goes. */
  left(call: HeldCall): void {
    const hold = this.#holdOf(call);
    if (hold?.probe === call.shared) hold.releaseProbe();
  }

  isHeld(identity: UpstreamIdentity, resource: string): boolean {
    return (this.#holds.known(identity)?.get(resource)?.leftMs(this.#clock.now()) ?? 0) > 0;
  }

  /** Rejects all waiting calls and all later ones with `reason`. */
  close(reason: Error): void {
    this.#closed = reason;
    for (const holds of this.#holds.values()) for (const hold of holds.values()) hold.wake();
  }

  #holdOf({ identity, resource }: HeldCall): ResourceHold | undefined {
    return this.#holds.known(identity)?.get(resource);
  }

  #mustWait(call: HeldCall): boolean {
    const hold = this.#holdOf(call);
    return hold !== undefined && !hold.takeTurn(call.shared, this.#clock.now());
  }

  async #wait(call: HeldCall): Promise<void> {
    const { signal } = call.shared;
    do {
      if (this.#closed !== undefined) throw this.#closed;
      if (signal.aborted) throw signal.reason;
      const hold = this.#holdOf(call);
      const leftMs = hold?.leftMs(this.#clock.now()) ?? 0;
      if (this.#clock.now() + leftMs >= call.shared.latestMs()) throw tooLate(leftMs);
      // oxlint-disable-next-line eslint/no-await-in-loop -- each wait is for what the one before has brought
      await hold?.change(call.shared);
    } while (this.#mustWait(call));
  }
}

/** Hold of one resource for one identity. */
class ResourceHold {
  readonly #clock: Clock;
  #untilMs = 0;
  #refusedAtMs = -Infinity;
  #unnamedHolds = 0;
  /** Call that goes to see after the hold. */
  #probe: InFlight | null = null;
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get probe(): InFlight | null {
    return this.#probe;
  }

  leftMs(nowMs: number): number {
    return Math.max(0, this.#untilMs - nowMs);
  }

  isIdle(nowMs: number): boolean {
    return this.leftMs(nowMs) === 0 && this.#probe === null && this.#waiting.size === 0;
  }

  letsGo(call: InFlight, nowMs: number): boolean {
    return this.leftMs(nowMs) === 0 && this.#probe === call;
  }

  /** True for the first call after the hold, which goes to see. */
  takeTurn(call: InFlight, nowMs: number): boolean {
    if (this.leftMs(nowMs) > 0 || this.#probe !== null) return false;
    this.#probe = call;
    return true;
  }

  refused(retryAfterSeconds: number | undefined, enteredMs: number): number {
    const nowMs = this.#clock.now();
    const isFirst = enteredMs >= this.#refusedAtMs;
    if (isFirst) this.#refusedAtMs = nowMs;
    // Every 429 holds for a while: an immediate call would be refused as well.
    let holdMs = Math.max(UNNAMED_HOLD_MS, (retryAfterSeconds ?? 0) * 1000);
    if (!retryAfterSeconds && isFirst) {
      holdMs = Math.min(LONGEST_UNNAMED_HOLD_MS, UNNAMED_HOLD_MS * 2 ** this.#unnamedHolds);
      this.#unnamedHolds += 1;
    }
    this.#untilMs = Math.max(this.#untilMs, nowMs + Math.min(holdMs, LONGEST_HOLD_MS));
    // Calls that cannot wait for so long are refused.
    this.wake();
    return this.leftMs(nowMs);
  }

  releaseProbe(): void {
    this.#probe = null;
    this.wake();
  }

  end(): void {
    this.#untilMs = 0;
    this.#probe = null;
    this.wake();
  }

  /** Resolves when the hold is over or has changed, when the probe call is over, or when the call is aborted. */
  change({ signal }: InFlight): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        this.#waiting.delete(go);
        signal.removeEventListener('abort', go);
        if (this.#waiting.size === 0) this.#clock.clearTimeout(this.#timer);
        resolve();
      };
      this.#waiting.add(go);
      signal.addEventListener('abort', go);
      const leftMs = this.leftMs(this.#clock.now());
      if (this.#waiting.size === 1 && leftMs > 0) {
        this.#timer = this.#clock.setTimeout(() => this.wake(), Math.ceil(leftMs));
      }
    });
  }

  wake(): void {
    for (const go of this.#waiting) go();
  }
}

function tooLate(waitMs: number): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_RATE_LIMITED',
    message: "the upstream's limit for this resource leaves no call for this in time",
    retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
  });
}

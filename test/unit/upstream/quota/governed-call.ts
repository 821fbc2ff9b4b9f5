import { callerKeyOf } from '../../../../src/identity/caller.ts';
import { UpstreamError } from '../../../../src/errors.ts';
import { tokenIdentity, type UpstreamIdentity } from '../../../../src/identity/upstream-identity.ts';
import type { QuotaGovernor } from '../../../../src/upstream/quota/governor.ts';
import type { Permit } from '../../../../src/upstream/quota/identity-queue.ts';
import type { QuotaReport } from '../../../../src/upstream/quota/window.ts';

export interface CallOptions {
  readonly identity?: UpstreamIdentity;
  readonly caller?: string;
  readonly isList?: boolean;
  /** Time until its answer is useless. */
  readonly patienceMs?: number;
  /** True when it is aborted before it requests a permit. */
  readonly isGivenUp?: true;
}

const HOUR_MS = 3_600_000;
const identity = tokenIdentity('token');

/** A call that has requested a permit from the governor, and its outcome. */
export class GovernedCall {
  outcome: 'waiting' | 'started' | 'refused' | 'aborted' = 'waiting';
  /** Time at which it was started, refused or aborted. */
  decidedAtMs = NaN;
  error: unknown;
  readonly caller: string;
  readonly isList: boolean;
  readonly latestMs: number;
  /** Resolves with any outcome. */
  readonly decided: Promise<void>;
  readonly #controller = new AbortController();
  #turn: Permit | undefined;

  constructor(governor: QuotaGovernor, options: CallOptions = {}) {
    this.caller = options.caller ?? 'caller';
    this.isList = options.isList ?? false;
    this.latestMs = performance.now() + (options.patienceMs ?? HOUR_MS);
    if (options.isGivenUp) this.abort();
    this.decided = this.#ask(governor, options.identity ?? identity);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get turn(): Permit {
    if (this.#turn === undefined) throw new TypeError(`The call has no turn; it is ${this.outcome}.`);
    return this.#turn;
  }

  abort(): void {
    this.#controller.abort(new Error('nobody waits'));
  }

  /** Ends the call by an answer that is no 429. */
  accept(report: QuotaReport | null = null): void {
    this.turn.answered(report);
    this.turn.accepted();
    this.turn.end();
  }

  /** Ends the call by a 429. */
  refuse(retryAfterSeconds?: number, report: QuotaReport | null = null): void {
    this.turn.answered(report);
    this.turn.rateLimited(retryAfterSeconds);
    this.turn.end();
  }

  async #ask(governor: QuotaGovernor, whose: UpstreamIdentity): Promise<void> {
    const { signal } = this.#controller;
    try {
      this.#turn = await governor.acquire({
        identity: whose,
        caller: callerKeyOf('test', this.caller),
        isList: this.isList,
        latestMs: () => this.latestMs,
        signal,
      });
      this.#turn.sent();
      this.outcome = 'started';
    } catch (error) {
      this.error = error;
      this.outcome = error instanceof UpstreamError ? 'refused' : 'aborted';
    }
    this.decidedAtMs = performance.now();
  }
}

import type { QuotaGovernor } from '../../../../src/upstream/quota/governor.ts';
import { GovernedCall } from './governed-call.ts';
import type { SimulatedQuota } from './simulated-quota.ts';

/** Plan of a call. */
export interface SimulatedCall {
  readonly atMs: number;
  readonly caller: string;
  readonly isList: boolean;
  readonly patienceMs: number;
  /** Time until it arrives upstream, and from there until its answer is here. */
  readonly outMs: number;
  readonly backMs: number;
  /** Answer with a quota report, `silent` answer without one, no answer, or no arrival upstream. @default answered */
  readonly fate?: 'answered' | 'silent' | 'unanswered' | 'lost';
}

/** Outcome of a planned call. */
export interface SimulatedOutcome {
  readonly plan: SimulatedCall;
  readonly call: GovernedCall;
  readonly askedAtMs: number;
  /** State of the upstream's quota when the call was decided. */
  readonly left: number;
  readonly sinceMs: number;
}

/** Makes planned calls through the governor and the simulated upstream. */
export class Simulation {
  readonly outcomes: SimulatedOutcome[] = [];
  #underWay = 0;
  mostUnderWay = 0;
  readonly #governor: QuotaGovernor;
  readonly #quota: SimulatedQuota;

  constructor(governor: QuotaGovernor, quota: SimulatedQuota) {
    this.#governor = governor;
    this.#quota = quota;
  }

  schedule(plans: readonly SimulatedCall[]): void {
    for (const plan of plans) setTimeout(() => void this.#make(plan), plan.atMs);
  }

  async #make(plan: SimulatedCall): Promise<void> {
    const askedAtMs = performance.now();
    const call = new GovernedCall(this.#governor, plan);
    // A read aborts its call, too, when its last follower has run out of time.
    const timer = setTimeout(() => call.abort(), plan.patienceMs);
    await call.decided;
    clearTimeout(timer);
    const outcome = { plan, call, askedAtMs, ...this.#quota.state };
    this.outcomes.push(outcome);
    if (call.outcome !== 'started') return;
    this.#underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.#underWay);
    await this.#exchange(plan, call);
    this.#underWay -= 1;
    call.turn.end();
  }

  async #exchange(
    { fate = 'answered', outMs, backMs }: SimulatedCall,
    { turn }: GovernedCall,
  ): Promise<void> {
    await sleep(outMs);
    const { isRefused, report } = fate === 'lost' ? { isRefused: false, report: null } : this.#quota.count();
    await sleep(backMs);
    if (fate === 'unanswered' || fate === 'lost') return;
    turn.answered(fate === 'silent' ? null : report);
    if (isRefused) turn.rateLimited(fate === 'silent' ? undefined : report?.resetSeconds);
    else turn.accepted();
  }
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

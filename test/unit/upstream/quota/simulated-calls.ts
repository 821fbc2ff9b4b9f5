import type { QuotaGovernor } from '../../../../src/upstream/quota/governor.ts';
import { GovernedCall } from './governed-call.ts';
import type { SimulatedQuota } from './simulated-quota.ts';

/** A call that somebody is going to make. */
export interface SimulatedCall {
  readonly atMs: number;
  readonly caller: string;
  readonly isList: boolean;
  readonly patienceMs: number;
  /** Until it arrives upstream, and from there until its answer is here. */
  readonly outMs: number;
  readonly backMs: number;
  /** What comes of it upstream; by default an answer that tells of the quota. */
  readonly fate?: 'answered' | 'silent' | 'unanswered' | 'lost';
}

/** What became of one. */
export interface SimulatedOutcome {
  readonly plan: SimulatedCall;
  readonly call: GovernedCall;
  readonly askedAtMs: number;
  /** How the quota stood upstream when it was decided. */
  readonly left: number;
  readonly sinceMs: number;
}

/** Makes these calls through the governor and the simulated upstream. */
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
    // As a read whose last waiter has run out of time.
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

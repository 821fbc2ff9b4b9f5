import { integerBetween, randomFor } from './random.ts';

/** Stages of a contact in a running campaign, in this order. Mode and chance decide which ones occur. */
export type Stage = 'pending' | 'scheduled' | 'previewing' | 'proceeding' | 'interacting' | 'gone';

/** One attempt to reach one contact, in one slot of a campaign. The next cycle of the slot takes the next contact. */
export interface DialingAttempt {
  readonly campaignId: string;
  readonly slot: number;
  readonly cycle: number;
  /** Name of the attempt, and of the generators that draw its data. */
  readonly key: string;
  /** Start of each stage, in ms since 1970; stages that do not occur are absent. */
  readonly begins: ReadonlyMap<Stage, number>;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

export interface AttemptPlan {
  readonly seed: number;
  readonly campaignId: string;
  readonly dialingMode: string;
}

/** Start of each stage after the wait, as a share of the cycle. */
const TIMELINES: Readonly<Record<string, readonly (readonly [Stage, number])[]>> = {
  preview: [
    ['previewing', 0.25],
    ['proceeding', 0.5],
    ['interacting', 0.6],
    ['gone', 0.95],
  ],
  agentless: [
    ['proceeding', 0.4],
    ['gone', 0.95],
  ],
};
const USUAL_TIMELINE: readonly (readonly [Stage, number])[] = [
  ['proceeding', 0.25],
  ['interacting', 0.5],
  ['gone', 0.95],
];

/** The attempt of a slot at a moment. A pure function: the same moment gives the same contact. */
export function attemptAt(plan: AttemptPlan, slot: number, atMs: number): DialingAttempt {
  const { lengthMs, offsetMs } = rhythm(plan, slot);
  return attemptInCycle(plan, slot, Math.floor((atMs - offsetMs) / lengthMs));
}

export function attemptInCycle(plan: AttemptPlan, slot: number, cycle: number): DialingAttempt {
  const { lengthMs, offsetMs } = rhythm(plan, slot);
  const key = [plan.seed, plan.campaignId, slot, cycle].join('/');
  const random = randomFor(key, 'attempt');
  const isPreview = plan.dialingMode === 'preview';
  const waiting: Stage = random() < (isPreview ? 0.3 : 0.1) ? 'scheduled' : 'pending';
  const isReached = random() < 0.85;
  const startsAtMs = offsetMs + cycle * lengthMs;
  const begins = new Map<Stage, number>([[waiting, startsAtMs]]);
  for (const [stage, share] of TIMELINES[plan.dialingMode] ?? USUAL_TIMELINE) {
    // Nobody answered, so the attempt ends where the talk would begin.
    const actual = stage === 'interacting' && !isReached ? 'gone' : stage;
    if (!begins.has('gone')) begins.set(actual, startsAtMs + Math.round(lengthMs * share));
  }
  return {
    campaignId: plan.campaignId,
    slot,
    cycle,
    key,
    begins,
    startsAtMs,
    endsAtMs: begins.get('gone') ?? startsAtMs + lengthMs,
  };
}

export function stageAt({ begins }: DialingAttempt, atMs: number): Stage {
  let current: Stage = 'gone';
  for (const [stage, beginsAtMs] of begins) if (beginsAtMs <= atMs) current = stage;
  return current;
}

/** Cycle of one to four minutes per slot, with a random offset so that slots differ. */
function rhythm({ seed, campaignId }: AttemptPlan, slot: number): { lengthMs: number; offsetMs: number } {
  const random = randomFor(seed, campaignId, slot, 'rhythm');
  const lengthMs = integerBetween(random, 60_000, 240_000);
  return { lengthMs, offsetMs: integerBetween(random, 0, lengthMs) };
}

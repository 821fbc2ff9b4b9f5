/** Stages of a contact in a running campaign, in this order. Mode and chance decide which ones occur. */
export type Stage = 'pending' | 'scheduled' | 'previewing' | 'proceeding' | 'interacting' | 'gone';

/** One attempt to reach one contact. All times are in ms since 1970. */
export interface DialingAttempt {
  /** Name of the attempt, and of the generators that draw its data. */
  readonly key: string;
  /** Number among the attempts of its campaign: the next one takes the next contact of the list. */
  readonly number: number;
  /** Agent who has the call from its preview, or from its routing; the line that dials in an agentless campaign. */
  readonly seat: number;
  /** Start of each stage; stages that do not occur are absent. */
  readonly begins: ReadonlyMap<Stage, number>;
  readonly startsAtMs: number;
  readonly placedAtMs: number;
  /** Result of the call analysis, and the moment at which a customer who was reached answers. */
  readonly analysedAtMs: number;
  readonly isReached: boolean;
  /** End of the call. After it the agent, if there is one, wraps up. */
  readonly hungUpAtMs: number;
  readonly endsAtMs: number;
}

/** The stage at a moment; null before the attempt has begun. */
export function stageAt({ begins }: DialingAttempt, atMs: number): Stage | null {
  let current: Stage | null = null;
  for (const [stage, beginsAtMs] of begins) if (beginsAtMs <= atMs) current = stage;
  return current;
}

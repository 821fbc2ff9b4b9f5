import type { CampaignStatsRecord } from './campaign-stats.ts';
import type { Reference } from './wire/reference.ts';

/** Statistics of a campaign: the figures of the bulk call, and the reference by which the others are loaded. */
export class CampaignFigures implements Reference {
  readonly id: string;
  readonly ownName = null;
  readonly selfUri = null;
  readonly refusal: Reference['refusal'];
  readonly #bulk: CampaignStatsRecord | null;

  /** @param bulk Null when none of its figures is wanted. */
  constructor({ id, refusal }: Reference, bulk: CampaignStatsRecord | null) {
    this.id = id;
    this.refusal = refusal;
    this.#bulk = bulk;
  }

  /** True when the bulk call has no row for the campaign, or was not made. */
  get isUnknown(): boolean {
    return this.#bulk === null;
  }

  get idleAgents() {
    return this.#bulk?.idleAgents ?? null;
  }
  get effectiveIdleAgents() {
    return this.#bulk?.effectiveIdleAgents ?? null;
  }
  get adjustedCallsPerAgent() {
    return this.#bulk?.adjustedCallsPerAgent ?? null;
  }
  get outstandingCalls() {
    return this.#bulk?.outstandingCalls ?? null;
  }
  get scheduledCalls() {
    return this.#bulk?.scheduledCalls ?? null;
  }
  get rightPartyContactsCount() {
    return this.#bulk?.rightPartyContactsCount ?? null;
  }
  get connectRatio() {
    return this.#bulk?.connectRatio ?? null;
  }
}

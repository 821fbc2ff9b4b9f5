/** Measurements of one contender in one scenario. */
export interface Figures {
  /** CPU time of its process for one request. */
  readonly cpuMs: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly callsPerRequest: number;
  /** Peak memory of its process. */
  readonly peakRssMb: number;
  /** Share of one core that the upstream and the load used meanwhile. */
  readonly upstreamBusy: number;
  readonly loadBusy: number;
  /** Share of all cores that processes outside the benchmark used meanwhile. */
  readonly othersBusy: number;
}

/** Figures by contender. */
export type ScenarioFigures = ReadonlyMap<string, Figures>;

/** Measurements of the quota scenario. */
export interface QuotaFigures {
  readonly requests: number;
  readonly answered: number;
  readonly rateLimited: number;
  readonly failedOtherwise: number;
  readonly upstreamRefusals: number;
  readonly upstreamCalls: number;
  readonly oldestMs: number;
  readonly p50Ms: number;
  readonly peakRssMb: number;
}

/** Quota scenario over one gateway, and over three that share a Redis. */
export interface ReplicasFigures {
  readonly one: QuotaFigures;
  readonly three: QuotaFigures;
}

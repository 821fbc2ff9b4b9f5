/** What was measured of one contender in one scenario. */
export interface Figures {
  /** CPU time of its process for one request. */
  readonly cpuMs: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly callsPerRequest: number;
  /** The most memory its process ever had. */
  readonly peakRssMb: number;
  /** How much of one core the upstream and the load needed meanwhile. */
  readonly upstreamBusy: number;
  readonly loadBusy: number;
  /** How much of the whole machine everything else needed that has nothing to do with the benchmark. */
  readonly othersBusy: number;
}

/** By contender. */
export type ScenarioFigures = ReadonlyMap<string, Figures>;

/** What came of the quota's scenario. */
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

/** The same over one gateway and over three that share a Redis. */
export interface ReplicasFigures {
  readonly one: QuotaFigures;
  readonly three: QuotaFigures;
}

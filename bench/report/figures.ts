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

/** Measurements of one executor with one operation. */
export interface ExecutorFigures {
  /** CPU time of one answer; median of the passes. */
  readonly cpuMs: number;
  /** CPU time divided by that of `compiled` in the same round: the median, the lowest and the highest. */
  readonly ratio: number;
  readonly lowestRatio: number;
  readonly highestRatio: number;
  /** CPU time of the first answer, compilation included. */
  readonly firstMs: number;
}

/** Figures by operation and executor. */
export type ExecutorsFigures = ReadonlyMap<string, ReadonlyMap<string, ExecutorFigures>>;

/** Cost of one query whose upstream answers with much. */
interface LargeAnswerCosts {
  /** Longest time in which the event loop ran nothing else. */
  readonly longestBlockMs: number;
  readonly cpuMs: number;
  readonly peakRssMb: number;
}

/** Measurements of a query whose upstream answers with so much, and of the same query once that is known. */
export interface LargeAnswerFigures {
  readonly kind: string;
  readonly megabytes: number;
  readonly read: LargeAnswerCosts;
  readonly again: LargeAnswerCosts;
}

import type {
  ExecutorFigures,
  ExecutorsFigures,
  Figures,
  QuotaFigures,
  ReplicasFigures,
  ScenarioFigures,
} from './figures.ts';

/** Target, and whether it was reached. */
export interface Verdict {
  readonly target: string;
  readonly isReached: boolean;
  /** Figure that decided. */
  readonly measured: string;
}

export interface Measured {
  /** Figures by scenario. */
  readonly scenarios: ReadonlyMap<string, ScenarioFigures>;
  readonly quota: QuotaFigures | null;
  readonly replicas?: ReplicasFigures | null;
  readonly executors?: ExecutorsFigures;
}

const MAX_RSS_MB = 256;
const AGAINST_SHARE = 1.03;
/** Least CPU time of other executors, as multiples of that of the gateway's. */
const EXECUTOR_RATIOS = { 'graphql-js': 5, 'graphql-jit': 1 };

/** Verdicts on one scenario; none about figures that were not measured. */
export function verdictsOn(scenario: string, { scenarios, quota, replicas }: Measured): Verdict[] {
  if (scenario === 'replicas') return replicas ? replicasVerdicts(replicas) : [];
  if (scenario === 'quota') return quota === null ? [] : quotaVerdicts(quota);
  const figures = scenarios.get(scenario);
  const gateway = figures?.get('gateway');
  if (figures === undefined || gateway === undefined) return [];
  const cold = scenarios.get('cold')?.get('gateway');
  const warm = scenarios.get('warm')?.get('gateway');
  const than = (name: string, judge: (other: Figures) => Verdict): Verdict[] => {
    const other = figures.get(name);
    return other === undefined ? [] : [judge(other)];
  };
  const memory = atMost('peak RSS', gateway.peakRssMb, MAX_RSS_MB, 'MB');

  switch (scenario) {
    case 'cold':
      return [
        ...than('apollo', (apollo) => cpuAtMost(gateway, apollo, 1 / 5, "1/5 of Apollo's")),
        ...than('mercurius', (other) => cpuAtMost(gateway, other, 1 / 1.5, "1/1.5 of Mercurius's")),
        ...than('handWritten', (other) => cpuAtMost(gateway, other, 1 / 0.75, "1/0.75 of handWritten's")),
        ...than('handWritten', (other) =>
          cpuAtMost(gateway, other, 1 / 0.6, "1/0.6 of handWritten's, the minimum"),
        ),
        ...than('handWritten', (other) => sameCalls(gateway, other)),
        memory,
      ];
    case 'warm':
      return [
        ...than('handWritten', (other) => throughput(gateway, other, 1.5, "handWritten's")),
        ...than('apollo', (other) => throughput(gateway, other, 10, "Apollo's")),
        memory,
      ];
    case 'deployed':
      return [
        ...than('apollo', (other) => throughput(gateway, other, 10, "Apollo's")),
        ...than('handWritten', (other) => throughput(gateway, other, 1.8, "handWritten's")),
        atMost('p50', gateway.p50Ms, 25, 'ms'),
        memory,
      ];
    case 'references':
      return [
        {
          target: '1 call per request',
          isReached: Math.abs(gateway.callsPerRequest - 1) < 0.005,
          measured: gateway.callsPerRequest.toFixed(2),
        },
        ...(cold ? [cpuAtMost(gateway, cold, 1 / 2, 'half of cold')] : []),
        memory,
      ];
    case 'thousand-cold':
      return [...(cold ? [perInteraction(gateway, cold, 'cold')] : []), memory];
    case 'thousand-warm':
      return [...(warm ? [perInteraction(gateway, warm, 'warm')] : []), memory];
    case 'small':
      return [...than('yoga', (yoga) => cpuAtMost(gateway, yoga, 1.15, "1.15 of plain Yoga's")), memory];
    default:
      return [memory];
  }
}

/** Verdicts on the gateway's executor, for one operation. */
export function executorVerdicts(figures: ReadonlyMap<string, ExecutorFigures>): Verdict[] {
  return Object.entries(EXECUTOR_RATIOS).flatMap(([name, least]) => {
    const other = figures.get(name);
    if (other === undefined) return [];
    const target = `CPU of ${name} at least ${least}x that of compiled`;
    return [{ target, isReached: other.ratio >= least, measured: `${other.ratio.toFixed(2)}x` }];
  });
}

/** Verdict on ratios of CPU time, gateway divided by that of another commit, given in ascending order. */
export function againstVerdict(ratios: readonly number[]): Verdict {
  const median = ratios[Math.floor(ratios.length / 2)] ?? Number.NaN;
  const range = `${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}`;
  return {
    target: `CPU at most ${AGAINST_SHARE}x`,
    isReached: median <= AGAINST_SHARE,
    measured: `${median.toFixed(3)}x (${range})`,
  };
}

export function verdictLine({ target, isReached, measured }: Verdict): string {
  return `  ${isReached ? 'reached    ' : 'NOT REACHED'}  ${target}: ${measured}`;
}

function quotaVerdicts(quota: QuotaFigures): Verdict[] {
  const { requests, answered, rateLimited, oldestMs, peakRssMb } = quota;
  return [
    {
      target: 'all requests answered with data and without errors',
      isReached: answered === requests,
      measured: `${answered} of ${requests}`,
    },
    { target: 'no answer with 429 inside', isReached: rateLimited === 0, measured: String(rateLimited) },
    atMost('oldest list', oldestMs / 1000, 5, 's'),
    atMost('peak RSS', peakRssMb, MAX_RSS_MB, 'MB'),
  ];
}

/** Verdicts on three gateways; the quota scenario has those on one. */
function replicasVerdicts({ one, three }: ReplicasFigures): Verdict[] {
  const ratio = three.upstreamCalls / one.upstreamCalls;
  return [
    {
      target: 'upstream calls of three at most 1.1x those of one',
      isReached: ratio <= 1.1,
      measured: `${ratio.toFixed(2)}x, ${three.upstreamCalls} and ${one.upstreamCalls}`,
    },
    {
      target: 'three answered by no 429 of the upstream',
      isReached: three.upstreamRefusals === 0,
      measured: String(three.upstreamRefusals),
    },
    ...quotaVerdicts(three),
  ];
}

function cpuAtMost(gateway: Figures, other: Figures, share: number, words: string): Verdict {
  const measured = gateway.cpuMs / other.cpuMs;
  return {
    target: `CPU at most ${words} (${share.toFixed(2)}x)`,
    isReached: measured <= share,
    measured: `${measured.toFixed(2)}x`,
  };
}

function throughput(gateway: Figures, other: Figures, times: number, words: string): Verdict {
  const measured = gateway.requestsPerSecond / other.requestsPerSecond;
  return {
    target: `requests/s at least ${times}x ${words}`,
    isReached: measured >= times,
    measured: `${measured.toFixed(2)}x`,
  };
}

function sameCalls(gateway: Figures, other: Figures): Verdict {
  return {
    target: 'as many calls per request as handWritten',
    isReached: Math.abs(gateway.callsPerRequest - other.callsPerRequest) < 0.005,
    measured: `${gateway.callsPerRequest.toFixed(2)} and ${other.callsPerRequest.toFixed(2)}`,
  };
}

/** Verdict on CPU time per interaction: a thousand compared with a hundred. */
function perInteraction(thousand: Figures, hundred: Figures, scenario: string): Verdict {
  const measured = thousand.cpuMs / 1000 / (hundred.cpuMs / 100);
  return {
    target: `CPU per interaction at most 1.2x that of ${scenario}`,
    isReached: measured <= 1.2,
    measured: `${measured.toFixed(2)}x`,
  };
}

function atMost(what: string, value: number, limit: number, unit: string): Verdict {
  return {
    target: `${what} at most ${limit} ${unit}`,
    isReached: value <= limit,
    measured: `${value.toFixed(1)} ${unit}`,
  };
}

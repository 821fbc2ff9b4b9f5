import { describe, expect, test } from 'vitest';
import type { ExecutorFigures, Figures, QuotaFigures } from '../../../bench/report/figures.ts';
import { resultsJson } from '../../../bench/report/results-json.ts';
import { cpuChart } from '../../../bench/report/svg.ts';
import { comparisonTable, executorTable, scenarioTable, table } from '../../../bench/report/table.ts';
import { executorVerdicts, type Measured, verdictLine, verdictsOn } from '../../../bench/report/targets.ts';

function figures(change: Partial<Figures> = {}): Figures {
  return {
    cpuMs: 2,
    requestsPerSecond: 500,
    p50Ms: 20,
    p99Ms: 60,
    callsPerRequest: 9,
    peakRssMb: 200,
    upstreamBusy: 0.3,
    loadBusy: 0.2,
    othersBusy: 0.02,
    ...change,
  };
}

function measured(
  scenarios: Record<string, Record<string, Figures>>,
  quota: QuotaFigures | null = null,
): Measured {
  return {
    scenarios: new Map(
      Object.entries(scenarios).map(([name, each]) => [name, new Map(Object.entries(each))]),
    ),
    quota,
  };
}

const fineQuota: QuotaFigures = {
  requests: 6000,
  answered: 6000,
  rateLimited: 0,
  failedOtherwise: 0,
  upstreamRefusals: 0,
  upstreamCalls: 290,
  oldestMs: 3000,
  p50Ms: 12,
  peakRssMb: 180,
};

/** True for each target that was reached. */
function reached(scenario: string, all: Measured): Record<string, boolean> {
  return Object.fromEntries(verdictsOn(scenario, all).map(({ target, isReached }) => [target, isReached]));
}

describe('a table', () => {
  test('aligns its numbers to the right', () => {
    expect(
      table([
        ['name', 'ms'],
        ['a', '1.00'],
        ['longer', '10.00'],
      ]),
    ).toEqual(['  name       ms', '  a        1.00', '  longer  10.00']);
  });

  test('compares each contender with the gateway', () => {
    const [, , apollo = ''] = scenarioTable(
      new Map([
        ['gateway', figures()],
        ['apollo', figures({ cpuMs: 12, requestsPerSecond: 80 })],
      ]),
    );
    expect(apollo.split(/ {2,}/).slice(1)).toEqual([
      'apollo',
      '12.00',
      '80.0',
      '20',
      '60',
      '9.00',
      '200',
      '6.00x',
      '0.16x',
    ]);
  });

  test('warns when other processes used much of the machine', () => {
    const lines = scenarioTable(
      new Map([
        ['gateway', figures({ othersBusy: 0.42 })],
        ['apollo', figures()],
      ]),
    );
    expect(lines.slice(3)).toEqual([
      '  Other processes used 2 to 42 % of the machine: go by CPU time, not by requests/s and latencies.',
    ]);
  });

  test('warns about an upstream that used most of a core', () => {
    const lines = scenarioTable(new Map([['handWritten', figures({ upstreamBusy: 0.93, loadBusy: 0.8 })]]));
    expect(lines.slice(2)).toEqual([
      '  With handWritten, the upstream used 93 % of a core: more requests/s may have been possible.',
    ]);
  });
});

const executors = new Map<string, ExecutorFigures>([
  ['graphql-js', { cpuMs: 2, firstMs: 1.5, ratio: 20, lowestRatio: 15, highestRatio: 30 }],
  ['graphql-jit', { cpuMs: 0.09, firstMs: 3, ratio: 0.9, lowestRatio: 0.8, highestRatio: 1.1 }],
  ['compiled', { cpuMs: 0.1, firstMs: 2, ratio: 1, lowestRatio: 1, highestRatio: 1 }],
]);

describe('the tables of executors', () => {
  test('have the figures of each, with the median, the lowest and the highest ratio', () => {
    const lines = executorTable(executors).map((line) => line.trim().split(/ {2,}/));
    expect(lines[1]).toEqual(['graphql-js', '2.000', '1.50', '20.00x', '15.00x', '30.00x']);
    expect(lines[2]).toEqual(['graphql-jit', '0.090', '3.00', '0.90x', '0.80x', '1.10x']);
  });

  test('have how each executor answers a case', () => {
    const outcomes = new Map([
      ['graphql-jit', 'throws'],
      ['compiled', 'equal'],
    ] as const);
    expect(comparisonTable([{ what: 'a case', outcomes }])).toEqual([
      '  compared with graphql-js  graphql-jit  compiled',
      '  a case                         throws     equal',
    ]);
  });
});

describe('targets', () => {
  test('of the executor scenario compare other executors with the compiled one, and say where they are faster', () => {
    expect(executorVerdicts(executors).map(({ isReached, measured: ratio }) => [isReached, ratio])).toEqual([
      [true, '20.00x'],
      [false, '0.90x'],
    ]);
    expect(executorVerdicts(new Map())).toEqual([]);
  });

  test('are reached at the limit and missed beyond it', () => {
    const at = (cpuMs: number) =>
      reached('cold', measured({ cold: { gateway: figures({ cpuMs }), apollo: figures({ cpuMs: 10 }) } }));
    const target = "CPU at most 1/5 of Apollo's (0.20x)";
    expect([at(2)[target], at(2.01)[target]]).toEqual([true, false]);
  });

  test('of the cold scenario compare CPU time and calls per request', () => {
    const cold = {
      gateway: figures({ cpuMs: 4, callsPerRequest: 9.2 }),
      handWritten: figures({ cpuMs: 2.8 }),
      mercurius: figures({ cpuMs: 6 }),
    };
    expect(reached('cold', measured({ cold }))).toEqual({
      "CPU at most 1/1.5 of Mercurius's (0.67x)": true,
      "CPU at most 1/0.75 of handWritten's (1.33x)": false,
      "CPU at most 1/0.6 of handWritten's, the minimum (1.67x)": true,
      'as many calls per request as handWritten': false,
      'peak RSS at most 256 MB': true,
    });
  });

  test('of the deployed scenario compare requests per second and limit the median latency', () => {
    const deployed = {
      gateway: figures({ requestsPerSecond: 2000, p50Ms: 26, peakRssMb: 257 }),
      handWritten: figures({ requestsPerSecond: 1000 }),
      apollo: figures({ requestsPerSecond: 201 }),
    };
    expect(reached('deployed', measured({ deployed }))).toEqual({
      "requests/s at least 10x Apollo's": false,
      "requests/s at least 1.8x handWritten's": true,
      'p50 at most 25 ms': false,
      'peak RSS at most 256 MB': false,
    });
  });

  test('of the thousand-cold scenario compare the CPU time per interaction with that of cold', () => {
    const cold = { gateway: figures({ cpuMs: 2 }) };
    const at = (cpuMs: number) =>
      reached('thousand-cold', measured({ cold, 'thousand-cold': { gateway: figures({ cpuMs }) } }));
    const target = 'CPU per interaction at most 1.2x that of cold';
    expect([at(24)[target], at(25)[target]]).toEqual([true, false]);
  });

  test('of the quota scenario need every request answered and no list older than 5 s', () => {
    expect(Object.values(reached('quota', measured({}, fineQuota)))).toEqual([true, true, true, true]);
    const late = { ...fineQuota, answered: 5999, oldestMs: 5100 };
    expect(Object.values(reached('quota', measured({}, late)))).toEqual([false, true, false, true]);
  });

  test('of the replicas scenario need at most 1.1x the upstream calls with three gateways, and no 429', () => {
    const one = { ...fineQuota, upstreamCalls: 200, upstreamRefusals: 0 };
    const of = (three: Partial<QuotaFigures>) =>
      Object.values(
        reached('replicas', { ...measured({}), replicas: { one, three: { ...one, ...three } } }),
      ).slice(0, 2);
    expect(of({ upstreamCalls: 220 })).toEqual([true, true]);
    expect(of({ upstreamCalls: 221 })).toEqual([false, true]);
    expect(of({ upstreamRefusals: 1 })).toEqual([true, false]);
    expect(verdictsOn('replicas', measured({}))).toEqual([]);
  });

  test('are left out when the figures they compare with were not measured', () => {
    const small = { gateway: figures() };
    expect(reached('small', measured({ small }))).toEqual({ 'peak RSS at most 256 MB': true });
    expect(verdictsOn('cold', measured({ cold: { apollo: figures() } }))).toEqual([]);
    expect(verdictsOn('quota', measured({}))).toEqual([]);
  });

  test('are printed in one line each, with the figure that was measured', () => {
    expect(verdictLine({ target: 'p50 at most 25 ms', isReached: false, measured: '26.0 ms' })).toBe(
      '  NOT REACHED  p50 at most 25 ms: 26.0 ms',
    );
  });
});

describe('a benchmark run', () => {
  const all = measured(
    { cold: { gateway: figures({ cpuMs: 2.123456 }), apollo: figures({ cpuMs: 10 }) } },
    fineQuota,
  );

  test('is written as JSON with rounded figures', () => {
    const circumstances = { node: '26.10.0', cores: 2 };
    expect(JSON.parse(resultsJson(all, circumstances))).toMatchObject({
      circumstances,
      scenarios: { cold: { gateway: { cpuMs: 2.123, callsPerRequest: 9 }, apollo: { cpuMs: 10 } } },
      quota: { answered: 6000 },
    });
  });

  test('has the figures of executors when they were measured', () => {
    const circumstances = { node: '26.10.0', cores: 2 };
    expect(JSON.parse(resultsJson(all, circumstances))).not.toHaveProperty('executors');
    const withExecutors = { ...all, executors: new Map([['flagship', executors]]) };
    expect(JSON.parse(resultsJson(withExecutors, circumstances)).executors.flagship).toMatchObject({
      'graphql-js': { cpuMs: 2, ratio: 20 },
    });
  });

  test('is drawn as a chart with bars in proportion to their figures', () => {
    const svg = cpuChart(all.scenarios);
    const widths = [...svg.matchAll(/<rect class="(\w+)".* width="(\d+)"/g)].map(([, kind, width]) => [
      kind,
      width,
    ]);
    expect(widths).toEqual([
      ['gateway', '110'],
      ['bar', '520'],
    ]);
    expect(svg).toContain('prefers-color-scheme: dark');
  });
});

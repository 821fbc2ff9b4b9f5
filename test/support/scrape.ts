import { onTestFinished } from 'vitest';
import {
  GatewayMetrics,
  type GatewayMetricsOptions,
} from '../../src/observability/metrics/gateway-metrics.ts';
import { serveMetrics } from '../../src/observability/metrics/serve-metrics.ts';
import { keepingGatewayForTest, type TestGateway } from './gateway.ts';

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** Parsed answer to a scrape. */
export class Scrape {
  /** Types by the names of metric families. */
  readonly types = new Map<string, string>();
  readonly help = new Map<string, string>();
  readonly samples: Sample[] = [];

  /** @param text Metrics in Prometheus' text format. */
  constructor(text: string) {
    for (const line of text.split('\n')) {
      const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
      if (kind === 'HELP') this.help.set(name, rest);
      else if (kind === 'TYPE') this.types.set(name, rest);
      else if (line !== '') this.samples.push(sampleOf(line));
    }
  }

  /** Sum of all samples of this name with at least these labels; undefined when there is none. */
  value(name: string, labels: Labels = {}): number | undefined {
    const wanted = Object.entries(labels);
    const found = this.samples.filter(
      (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value),
    );
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
  }

  /** Values of a label in the samples of this name. */
  labels(name: string, label: string): Set<string | undefined> {
    return new Set(this.samples.filter((sample) => sample.name === name).map(({ labels }) => labels[label]));
  }
}

function sampleOf(line: string): Sample {
  const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === '') throw new TypeError(`No sample: ${line}`);
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [
    label,
    text,
  ]);
  return { name, labels: Object.fromEntries(pairs), value: Number(value) };
}

type Options = NonNullable<Parameters<typeof keepingGatewayForTest>[0]>;

export interface MeteredGateway extends TestGateway {
  readonly metrics: GatewayMetrics;
  /** Address of the metrics server, without a path. */
  readonly metricsUrl: string;
  /** Reads the metrics over HTTP, as Prometheus does. */
  readonly scrape: () => Promise<Scrape>;
}

/** A gateway with its metrics on a separate port and the default caches. */
export async function meteredGatewayForTest({
  trustedOperations,
  ...options
}: Options & GatewayMetricsOptions = {}): Promise<MeteredGateway> {
  const { clock } = options;
  const metrics = new GatewayMetrics({ trustedOperations, ...(clock && { clock }) });
  const started = await keepingGatewayForTest({ ...options, metrics });
  const server = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  const metricsUrl = `http://127.0.0.1:${server.port}`;
  return {
    ...started,
    metrics,
    metricsUrl,
    scrape: async () => new Scrape(await (await fetch(`${metricsUrl}/metrics`)).text()),
  };
}

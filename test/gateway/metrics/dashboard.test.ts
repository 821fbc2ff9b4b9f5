import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { expect, test } from 'vitest';
import { everyDetail } from '../../support/answers.ts';
import { meteredGatewayForTest, type Scrape } from '../../support/scrape.ts';

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
  readonly datasource: unknown;
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: unknown;
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly Target[];
}

interface Dashboard {
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const dashboard: Dashboard = JSON.parse(
  readFileSync(new URL('../../../deploy/grafana.json', import.meta.url), 'utf8'),
);
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const targets = panels.flatMap((panel) => panel.targets ?? []);

/** Labels that Prometheus itself adds to every sample. */
const TARGET_LABELS = ['instance', 'job'];

/** Metrics that a query selects, each with the labels of its filter, and the labels that the query groups by. */
interface Query {
  readonly selectors: readonly { readonly name: string; readonly labels: readonly string[] }[];
  readonly grouping: readonly string[];
}

/** Parses a query. Throws a `SyntaxError` when the text is not PromQL. */
function parsed(expr: string): Query {
  // Grafana replaces these variables before Prometheus gets the query.
  const text = expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*');
  const selectors: { name: string; labels: string[] }[] = [];
  const grouping: string[] = [];
  parser.parse(text).iterate({
    enter({ type, from, to, node }) {
      const written = text.slice(from, to);
      if (type.isError) throw new SyntaxError(`Not PromQL at ${from}: ${text}`);
      if (type.name === 'VectorSelector') selectors.push({ name: '', labels: [] });
      const selector = selectors.at(-1);
      if (type.name === 'Identifier' && node.parent?.type.name === 'VectorSelector' && selector)
        selector.name = written;
      if (type.name !== 'LabelName') return;
      if (node.parent?.type.name === 'GroupingLabels') grouping.push(written);
      else selector?.labels.push(written);
    },
  });
  return { selectors, grouping };
}

/** Metrics after every counted event has happened. */
async function afterTraffic(): Promise<Scrape> {
  const { query, scrape, metrics } = await meteredGatewayForTest({
    faults: [
      { kind: 'status', status: 503, resource: 'queues', times: 1 },
      { kind: 'status', status: 500, resource: 'conversations' },
    ],
  });
  await query(`query Screen ${everyDetail}`);
  await query(`query Screen ${everyDetail}`);
  for (let n = 0; n < 12; n += 1) await query(`{ conversation(id: "conversation-of-${n}") { id } }`);
  metrics.unhandledRejection();
  metrics.watchConnections(() => 1);
  metrics.connectionTurnedAway('evicted');
  metrics.redis.turned(true);
  metrics.redis.asked('cache', 'ok', 1);
  metrics.redis.turnedAway('slow');
  // Garbage is collected sooner or later.
  await expect
    .poll(async () => {
      await query(everyDetail);
      return (await scrape()).value('nodejs_gc_duration_seconds_count');
    })
    .toBeGreaterThan(0);
  return scrape();
}

/** Name of the family that a sample belongs to. */
function familyOf(name: string, { types }: Scrape): string {
  return types.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '');
}

test('every query selects exported metrics, by labels that they have', async () => {
  const scrape = await afterTraffic();
  expect(targets.length).toBeGreaterThan(20);
  for (const { expr, legendFormat } of targets) {
    const { selectors, grouping } = parsed(expr);
    expect(selectors.length, expr).toBeGreaterThan(0);
    const shared = new Set(TARGET_LABELS);
    for (const { name, labels } of selectors) {
      const samples = scrape.samples.filter((sample) => sample.name === name);
      expect(samples.length, `${name} in ${expr}`).toBeGreaterThan(0);
      const exported = new Set([
        ...TARGET_LABELS,
        ...samples.flatMap((sample) => Object.keys(sample.labels)),
      ]);
      for (const label of exported) shared.add(label);
      expect(
        labels.filter((label) => !exported.has(label)),
        expr,
      ).toEqual([]);
      expect(labels, expr).toContain('instance');
    }
    expect(
      grouping.filter((label) => !shared.has(label)),
      expr,
    ).toEqual([]);
    // A legend can use only the labels that are left after grouping.
    const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label);
    expect(
      named.filter((label) => !grouping.includes(label ?? '')),
      expr,
    ).toEqual([]);
  }
});

test('every metric of the gateway itself is shown', async () => {
  const scrape = await afterTraffic();
  const own = [...scrape.types.keys()].filter((name) => name.startsWith('gateway_'));
  expect(own.length).toBeGreaterThan(15);
  const shown = new Set(
    targets.flatMap(({ expr }) => parsed(expr).selectors.map(({ name }) => familyOf(name, scrape))),
  );
  expect(own.filter((name) => !shown.has(name))).toEqual([]);
});

test('counters and histograms are shown by their rate or increase, and gauges by their value', async () => {
  const { types } = await afterTraffic();
  for (const { expr } of targets) {
    for (const { name } of parsed(expr).selectors) {
      const isGauge = types.get(name) === 'gauge';
      const grows = new RegExp(`(?:rate|increase)\\(${name}\\{`).test(expr);
      expect(grows, expr).toBe(!isGauge);
    }
  }
});

test('every panel has a description, a unit and the chosen data source', () => {
  expect(dashboard.schemaVersion).toBe(42);
  expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'instance']);
  for (const { title, description, datasource, fieldConfig, targets: queries = [] } of panels) {
    expect(description, title).toMatch(/\w{4}.*\.$/);
    expect(fieldConfig?.defaults.unit, title).toMatch(/^(?:reqps|ops|s|short|bytes|percentunit)$/);
    for (const source of [datasource, ...queries.map((query) => query.datasource)]) {
      expect(source, title).toEqual({ type: 'prometheus', uid: '${datasource}' });
    }
  }
});

test('panels have unique ids and do not overlap', () => {
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  const taken = new Set<string>();
  for (const { title, gridPos } of dashboard.panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(taken, title).not.toContain(`${x} ${y}`);
        taken.add(`${x} ${y}`);
      }
    }
  }
});

test('names and help texts of the metrics follow the conventions of Prometheus', async () => {
  const scrape = await afterTraffic();
  for (const [name, type] of scrape.types) {
    if (!name.startsWith('gateway_')) continue;
    expect(name).toMatch(/^gateway_[a-z_]+$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(scrape.help.get(name), name).toMatch(/^[A-Z].{20,}\.$/);
    const unit = /_(seconds|bytes)$/.exec(name)?.[1] ?? '';
    expect(scrape.help.get(name), name).toContain(unit);
  }
});

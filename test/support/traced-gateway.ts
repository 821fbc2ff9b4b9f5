import { type Collector, collectorForTest, type ExportedSpan } from './collector.ts';
import { graphqlRequest, NOTHING_KEPT, startTestGateway, type TestGateway } from './gateway.ts';
import { onTestFinished } from 'vitest';

export interface TracedGateway extends TestGateway {
  readonly collector: Collector;
  /** Sends a query with these headers besides the caller's token. */
  readonly ask: (query: string, headers?: Readonly<Record<string, string>>) => Promise<Response>;
  /** Shuts the gateway down, and resolves with all exported spans. */
  readonly exported: () => Promise<readonly ExportedSpan[]>;
}

/** A gateway over a sandbox that exports its traces to a real receiver. Its caches are off by default. */
export async function tracedGatewayForTest(
  options: Parameters<typeof startTestGateway>[0] = {},
): Promise<TracedGateway> {
  const collector = await collectorForTest();
  const started = await startTestGateway({
    ...options,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...NOTHING_KEPT, ...options.env },
  });
  onTestFinished(() => started.close());
  return {
    ...started,
    collector,
    ask(query, headers = {}) {
      const request = graphqlRequest(query);
      for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
      return started.gateway.fetch(request);
    },
    async exported() {
      await started.gateway.dispose();
      return collector.spans;
    },
  };
}

/**
 * Names of spans as an indented tree, siblings sorted by name. An exclamation mark follows a failed span, and an arrow
 * precedes linked spans.
 */
export function treeOf(spans: readonly ExportedSpan[]): string[] {
  const nameById = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  const arrowOf = ({ links }: ExportedSpan): string => {
    const linked = links.map((id) => nameById.get(id) ?? 'unknown').toSorted();
    return linked.length > 0 ? ` -> ${linked.join(', ')}` : '';
  };
  const rows = (parentId: string, indent: string): string[] =>
    spans
      .filter((span) => span.parentId === parentId)
      .toSorted(
        (a, b) =>
          a.name.localeCompare(b.name) ||
          arrowOf(a).localeCompare(arrowOf(b)) ||
          Number(a.startNs - b.startNs),
      )
      .flatMap((span) => [
        `${indent}${span.name}${span.isError ? '!' : ''}${arrowOf(span)}`,
        ...rows(span.spanId, `${indent}  `),
      ]);
  const ids = new Set(nameById.keys());
  return [...new Set(spans.map(({ parentId }) => parentId))]
    .filter((id) => !ids.has(id))
    .flatMap((id) => rows(id, ''));
}

/** The only span of this name. Throws a TypeError unless there is exactly one. */
export function spanNamed(spans: readonly ExportedSpan[], name: string): ExportedSpan {
  const named = spans.filter((span) => span.name === name);
  const [span] = named;
  if (span === undefined || named.length > 1) throw new TypeError(`${named.length} spans are named ${name}.`);
  return span;
}

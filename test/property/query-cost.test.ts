import * as fc from 'fast-check';
import { getOperationAST, getVariableValues, type GraphQLSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { usualCardinalities } from '../../src/config/cardinalities.ts';
import { planOperation } from '../../src/operations/planner.ts';
import { fragmentsOf } from '../../src/executor/collect-fields.ts';
import type { Fault, RecordedRequest } from '../../src/sandbox/fault.ts';
import type { ResourceName } from '../../src/sandbox/resource-names.ts';
import { schema } from '../../src/schema.ts';
import { servedSchema } from '../../src/federation/served-schema.ts';
import { ANY_SIZE, NOTHING_KEPT, startTestGateway } from '../support/gateway.ts';
import { type GeneratedOperation, generateOperation } from './generated-operation.ts';
import { sandboxOptions, type UpstreamPlan, upstreamPlans } from './generated-upstream.ts';
import { propertyRuns, timeout } from './property-runs.ts';
import { cardinalities, resourceTable } from './resource-table.ts';

function planned(
  { query, variables }: GeneratedOperation,
  batchSize: number,
  served: GraphQLSchema,
): { total: number; byResource: Readonly<Record<string, number>> } {
  const document = parse(query);
  expect(validate(served, document), query).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new TypeError('There is an operation.');
  const variableValues = getVariableValues(served, operation.variableDefinitions ?? [], variables).coerced;
  if (variableValues === undefined) throw new TypeError('The variables fit.');
  const plan = planOperation(
    { schema: served, fragments: fragmentsOf(document), variableValues },
    operation,
    { batchSize, cardinalities },
  );
  return {
    total: plan.total,
    byResource: Object.fromEntries(plan.byResource.map(({ resource, calls }) => [resource, calls])),
  };
}

/** Number of calls to each resource, without those that bisect a call refused as a whole. */
function callsBeforeSplits(requests: readonly RecordedRequest[]): Partial<Record<ResourceName, number>> {
  const calls: Partial<Record<ResourceName, number>> = {};
  const refused = new Set<string>();
  for (const { resource, path, ids: asked, status } of requests) {
    if (refused.has(path)) continue;
    calls[resource] = (calls[resource] ?? 0) + 1;
    if (status === 404 && asked.length > 1) refused.add(path);
  }
  return calls;
}

/** Calls that a query makes through a gateway over this upstream; `isRefused` when the query was refused as a whole. */
async function ask(
  plan: UpstreamPlan,
  { query, variables }: GeneratedOperation,
  env: Readonly<Record<string, string>>,
  faults: readonly Fault[] = [],
) {
  const options = sandboxOptions(plan);
  const tested = await startTestGateway({
    ...options,
    faults: [...faults, ...options.faults],
    env: { ...NOTHING_KEPT, UPSTREAM_BATCH_SIZE: String(plan.batchSize), ...env },
  });
  try {
    const answer = await tested.query(query, variables);
    return {
      beforeSplits: callsBeforeSplits(tested.sandbox.requests),
      calls: tested.calls(),
      isRefused: answer.data === undefined,
    };
  } finally {
    await tested.close();
  }
}

test.each([false, true])(
  'no query over any upstream makes more calls to any resource than are planned; in a subgraph: %s',
  { timeout },
  async (subgraph) => {
    const served = await servedSchema({ subgraph });
    const env = { ...ANY_SIZE, ...(subgraph && { SUBGRAPH: '1' }) };
    const sound = upstreamPlans.map((plan) => ({ ...plan, damage: [], oddities: {}, failing: null }));
    const property = fc.asyncProperty(sound, fc.gen(), async (upstream, draw) => {
      const operation = generateOperation(draw, served);
      const { byResource } = planned(operation, upstream.batchSize, served);
      const { beforeSplits: calls } = await ask(upstream, operation, env);
      const tooMany = Object.entries(calls).filter(([resource, made]) => made > (byResource[resource] ?? 0));
      expect(tooMany, `${operation.query}\n${JSON.stringify({ calls, byResource, upstream })}`).toEqual([]);
    });
    await fc.assert(property, { ...propertyRuns, numRuns: propertyRuns.numRuns * 5 });
  },
);

const passing = [502, 503, 504].map((status) => ({ kind: 'status' as const, status }));

test(
  'no query makes more calls than MAX_UPSTREAM_CALLS, whatever is retried or bisected, and a refused query makes none',
  { timeout },
  async () => {
    const trouble: fc.Arbitrary<readonly Fault[]> = fc.array(
      fc.oneof(
        fc
          .record({ fault: fc.constantFrom(...passing), times: fc.integer({ min: 1, max: 4 }) })
          .map(({ fault, times }): Fault => ({ ...fault, times })),
        fc
          .constantFrom(...resourceTable.users.ids)
          .map((id): Fault => ({ kind: 'refuseIds', resource: 'users', ids: [id] })),
        fc.constant<Fault>({ kind: 'tooManyIds', resource: 'skills', maxIds: 1, status: 414 }),
      ),
      { maxLength: 3 },
    );
    const property = fc.asyncProperty(
      upstreamPlans,
      trouble,
      fc.integer({ min: 1, max: 12 }),
      fc.gen(),
      async (upstream, faults, budget, draw) => {
        const operation = generateOperation(draw, schema);
        const few = Object.keys(usualCardinalities).map((name) => `${name}=1`);
        const env = { MAX_UPSTREAM_CALLS: String(budget), PLAN_CARDINALITIES: few.join() };
        const { calls, isRefused } = await ask(upstream, operation, env, faults);
        const made = Object.values(calls).reduce((sum, count) => sum + count, 0);
        const described = `${operation.query}\n${JSON.stringify({ budget, calls, isRefused, faults, upstream })}`;
        expect(made, described).toBeLessThanOrEqual(budget);
        expect(isRefused ? made : 0, described).toBe(0);
      },
    );
    await fc.assert(property, propertyRuns);
  },
);

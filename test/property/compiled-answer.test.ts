import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ANY_SIZE, startTestGateway } from '../support/gateway.ts';
import { sdl } from './compare-with-reference.ts';
import { type GeneratedOperation, generateOperation } from './generated-operation.ts';
import { sandboxOptions, type UpstreamPlan, upstreamPlans } from './generated-upstream.ts';
import { propertyRuns, timeout } from './property-runs.ts';

test(
  'any valid query over any upstream has the same answer and the same calls whether it is compiled or not',
  { timeout },
  async () => {
    const property = fc.asyncProperty(upstreamPlans, fc.gen(), async (plan, draw) => {
      const operation = generateOperation(draw, sdl);
      const compiled = await answerAndCalls(plan, operation, 1);
      expect(compiled, operation.query).toEqual(await answerAndCalls(plan, operation, Infinity));
    });
    await fc.assert(property, { ...propertyRuns, numRuns: propertyRuns.numRuns * 2 });
  },
);

test(
  'any valid query has the same data under any MAX_ANSWER_FIELDS whether it is compiled or not',
  { timeout },
  async () => {
    const sound = upstreamPlans.map((plan) => ({ ...plan, damage: [], oddities: {}, failing: null }));
    const sizes = fc.integer({ min: 1, max: 600 });
    const property = fc.asyncProperty(sound, sizes, fc.gen(), async (plan, size, draw) => {
      const operation = generateOperation(draw, sdl);
      const limit = { MAX_ANSWER_FIELDS: String(size) };
      const compiled = await answerAndCalls(plan, operation, 1, limit);
      const ordinary = await answerAndCalls(plan, operation, Infinity, limit);
      expect(compiled.data, `${size}: ${operation.query}`).toEqual(ordinary.data);
    });
    await fc.assert(property, propertyRuns);
  },
);

async function answerAndCalls(
  plan: UpstreamPlan,
  { query, variables }: GeneratedOperation,
  compileAtHit: number,
  env: Readonly<Record<string, string>> = {},
) {
  const {
    query: ask,
    calls,
    close,
  } = await startTestGateway({
    ...sandboxOptions(plan),
    compileAtHit,
    env: {
      ...ANY_SIZE,
      UPSTREAM_BATCH_SIZE: String(plan.batchSize),
      // Long, so that a pause of the machine makes neither answer fail.
      REQUEST_TIMEOUT_MS: '60000',
      UPSTREAM_TIMEOUT_MS: '60000',
      ...env,
    },
  });
  try {
    const { data, errors } = await ask(query, variables);
    return { data: comparable(data), errors: comparable(errors), calls: calls() };
  } finally {
    await close();
  }
}

/** JSON text, so that the order of keys counts, without correlation ids and current times. */
function comparable(value: unknown): string {
  const text =
    JSON.stringify(value, (key, inner: unknown) => (key === 'correlationId' ? '' : inner), 1) ?? '';
  return text.replace(/"[^"]*T[^"]*Z"/g, (date) => (isNow(JSON.parse(date)) ? '"now"' : date));
}

/** True for the time of an upstream call, false for dates in the upstream's data. */
function isNow(date: string): boolean {
  return Math.abs(Date.parse(date) - Date.now()) < 120_000;
}

import * as fc from 'fast-check';
import { buildSchema, parse, validate } from 'graphql';
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { parseConfig } from '../../src/config/config.ts';
import { queryRules } from '../../src/operations/limits.ts';
import { ANY_SIZE, type GraphQLAnswer, startTestGateway } from '../support/gateway.ts';
import { answerProblems } from './answer-validator.ts';
import type { GeneratedOperation } from './generated-operation.ts';
import { areCut, sandboxOptions, type UpstreamPlan } from './generated-upstream.ts';
import { ANYTHING, referenceAnswer } from './reference-resolver.ts';
import { ReferenceUpstream } from './reference-upstream.ts';
import type { Row } from './reference-values.ts';
import { selectedFields } from './selected-fields.ts';

const { operations: anySize } = parseConfig(ANY_SIZE);
const REFERENCE_TOKEN = 'token-of-the-reference';
const directory = new URL('../../schema/', import.meta.url);

/** Schema of the SDL files, without resolvers. */
export const sdl = buildSchema(
  readdirSync(directory)
    .map((file) => readFileSync(new URL(file, directory), 'utf8'))
    .join('\n'),
);

/** Properties of an answer that are compared. */
interface Findings {
  readonly data: unknown;
  /** Paths of values that could not be known, with a star for every list index. */
  readonly unknown: readonly string[];
  /** Mismatches with the schema or the operation. */
  readonly problems: readonly string[];
  /** Number of unneeded calls, by resource that has any. */
  readonly callsTooMany: Readonly<Record<string, number>>;
}

interface Comparison {
  readonly found: Findings;
  readonly expected: Findings;
  /** Text of the case, for finding out why the two differ. */
  readonly described: string;
}

/** Findings about a gateway over this upstream, and about the reference. The two are to be equal. */
export async function compareWithReference(
  plan: UpstreamPlan,
  { query, variables, values }: GeneratedOperation,
): Promise<Comparison> {
  const document = parse(query);
  const [invalid] = validate(sdl, document);
  if (invalid) throw invalid;
  // The limit of directives has no setting, and a refused operation has no data to compare.
  fc.pre(validate(sdl, document, queryRules(anySize)).length === 0);
  const { close, sandbox, ...tested } = await startTestGateway({
    ...sandboxOptions(plan),
    tokens: [REFERENCE_TOKEN],
    env: {
      ...ANY_SIZE,
      UPSTREAM_BATCH_SIZE: String(plan.batchSize),
      // Long, so that a pause of the machine makes no answer fail.
      REQUEST_TIMEOUT_MS: '60000',
      UPSTREAM_TIMEOUT_MS: '60000',
    },
  });
  try {
    const answer = await tested.query(query, variables);
    const calls = tested.calls();
    const fields = selectedFields(sdl, document, values);
    const reference = new ReferenceUpstream(sandbox.url, REFERENCE_TOKEN);
    const { data, unknown } = await referenceAnswer(sdl, fields, reference);
    const fewest = reference.fewestCalls(plan.batchSize, (resource) => areCut(plan, resource));
    const tooMany = Object.entries(calls).map(([resource, count]) => [
      resource,
      count - (fewest[resource] ?? 0),
    ]);
    return {
      described: description(plan, query, variables),
      found: {
        data: answer.data,
        unknown: affectedPaths(answer),
        problems: answerProblems(sdl, fields, answer),
        callsTooMany: Object.fromEntries(tooMany.filter(([, count]) => Number(count) > 0)),
      },
      expected: {
        data: withAnything(data),
        unknown: [...unknown].toSorted(),
        problems: [],
        callsTooMany: {},
      },
    };
  } finally {
    await close();
  }
}

function description({ campaigns, ...odd }: UpstreamPlan, query: string, variables: Row): string {
  const lines = Object.entries({ variables, ...odd, campaigns });
  return [query, ...lines.map(([name, value]) => `${name}: ${JSON.stringify(value)}`), ''].join('\n');
}

/** Distinct paths that errors name as affected, sorted. */
function affectedPaths({ errors = [] }: GraphQLAnswer): string[] {
  const paths = errors.flatMap(({ extensions }) => extensions.affected?.paths ?? ['an error without paths']);
  return [...new Set(paths)].toSorted();
}

function withAnything(value: unknown): unknown {
  if (value === ANYTHING) return expect.any(String);
  if (Array.isArray(value)) return value.map(withAnything);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withAnything(inner)]));
}

import type { GraphQLEnumType } from 'graphql';
import { complete, guard } from './complete-value.ts';
import type { Conditions } from './conditions.ts';
import { generateCode, helperNames } from './generate-code.ts';
import { createGetMemoized, type Memoization, createMemoize } from './memoized-answers.ts';
import { selectPositions } from './select-positions.ts';
import { awaitPendingList, PendingObject, throwAfter, throwAtOnce } from './await-pending.ts';
import { argumentsOf, fail, infoOf, type Operation, type Execution, type ResponsePosition } from './state.ts';

export interface CompiledOperation {
  /** The data or a promise of them; throws or rejects with the error that leaves none. */
  readonly answer: (execution: Execution, rootValue: unknown) => unknown;
  /** How many places an answer has, but for positions in lists: a measure of what it takes to keep this. */
  readonly size: number;
}

/** Compiles an operation, under these values of what its selections depend on. Null where that cannot be done. */
export function compileOperation(
  operation: Operation,
  conditions: Conditions,
  memoization: Memoization,
): CompiledOperation | null {
  const selected = selectPositions(operation, conditions);
  if (selected === null) return null;
  const { root, positions } = selected;
  const helpers: Record<(typeof helperNames)[number], unknown> = {
    argumentsOf,
    complete,
    fail,
    guard,
    infoOf,
    isMemoizable: (source: object) => memoization.isMemoizable(source),
    namesByValue,
    getMemoized: createGetMemoized(memoization),
    memoize: createMemoize(memoization),
    awaitPendingList,
    PendingObject,
    positions: positions satisfies ResponsePosition[],
    throwAfter,
    throwAtOnce,
  };
  // oxlint-disable-next-line typescript/no-implied-eval -- generate-code.ts says what can get into the text
  const define = new Function(...helperNames, generateCode(root, positions));
  const answer = define(...helperNames.map((name) => helpers[name]));
  return { answer, size: positions.length + 1 };
}

/** An enum's names by the values that stand for nothing but themselves: no null, and nothing that could be a promise. */
function namesByValue(type: GraphQLEnumType): Map<unknown, string> {
  const primitive = type
    .getValues()
    .filter(({ value }) => ['string', 'number', 'boolean'].includes(typeof value));
  return new Map(primitive.map(({ name, value }) => [value, name]));
}

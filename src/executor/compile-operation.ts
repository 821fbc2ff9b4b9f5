import type { GraphQLEnumType } from 'graphql';
import { completeLater, elementsOf } from './complete-list.ts';
import { complete, guard } from './complete-value.ts';
import type { Conditions } from './conditions.ts';
import { generateCode, helperNames } from './generate-code.ts';
import { createGetMemoized, type Memoization, createMemoize } from './memoized-answers.ts';
import { selectPositions } from './select-positions.ts';
import { awaitPendingList, PendingObject, throwAfter, throwAtOnce } from './await-pending.ts';
import { argumentsOf, fail, infoOf, type Operation, type Execution, type ResponsePosition } from './state.ts';

export interface CompiledOperation {
  readonly operation: Operation;
  /** Returns the data or their promise; throws or rejects with the error that makes the data null. */
  readonly answer: (execution: Execution, rootValue: unknown) => unknown;
  /** Number of response positions: a measure of the memory that the compiled operation takes. */
  readonly size: number;
}

/** Compiles an operation for one set of condition values. Null when the operation cannot be compiled. */
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
    completeLater,
    elementsOf,
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
  // oxlint-disable-next-line typescript/no-implied-eval -- generate-code.ts says which text can get into the code
  const define = new Function(...helperNames, generateCode(root, positions));
  const answer = define(...helperNames.map((name) => helpers[name]));
  return { operation, answer, size: positions.length + 1 };
}

/** Names of an enum by primitive value. Other values are left out: null, and objects that could be promises. */
function namesByValue(type: GraphQLEnumType): Map<unknown, string> {
  const primitive = type
    .getValues()
    .filter(({ value }) => ['string', 'number', 'boolean'].includes(typeof value));
  return new Map(primitive.map(({ name, value }) => [value, name]));
}

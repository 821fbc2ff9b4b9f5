import { guard } from './complete-value.ts';
import {
  type AnswerSize,
  type MemoizedAnswer,
  fail,
  sizeOf,
  type Execution,
  type ResponsePosition,
} from './state.ts';

/**
 * Rules for sources whose answers depend on nothing but the source: alike sources share one answer. Lists of hundreds
 * of objects often hold a handful of distinct sources.
 */
export interface Memoization<Source extends object = object> {
  isMemoizable(source: object): source is Source;
  /** Key that alike sources share, and most others do not have. */
  keyOf(source: Source): unknown;
  areAlike(source: Source, other: Source): boolean;
}

export const noMemoization: Memoization<never> = {
  isMemoizable: (_source): _source is never => false,
  keyOf: () => null,
  areAlike: () => false,
};

/** Lookup of an earlier answer for the generated code. Undefined when there is none, or it is still a promise. */
export function createGetMemoized(memoization: Memoization) {
  return function getMemoized(execution: Execution, number: number, source: object): unknown {
    const known = alike(memoization, execution.memoized[number]?.get(memoization.keyOf(source)), source);
    if (known === undefined || known.value instanceof Promise) return undefined;
    addSize(execution, known.size);
    return known.value;
  };
}

/** Maximum number of memoized answers per key and position. Further sources are completed each time. */
const MOST_ALTERNATIVES = 4;

function alike(
  memoization: Memoization,
  first: MemoizedAnswer | undefined,
  source: object,
): MemoizedAnswer | undefined {
  let answer = first;
  while (answer !== undefined && !memoization.areAlike(answer.source, source)) answer = answer.other;
  return answer;
}

function alternativeCount(first: MemoizedAnswer | undefined): number {
  let count = 0;
  for (let answer = first; answer !== undefined; answer = answer.other) count += 1;
  return count;
}

/** Completion of memoizable sources for the generated code. Rejections have been passed to `fail` already. */
export function createMemoize(memoization: Memoization) {
  return function memoize(
    execution: Execution,
    position: ResponsePosition,
    source: object,
    indices: readonly number[],
  ): unknown {
    const answers = (execution.memoized[position.number] ??= new Map<unknown, MemoizedAnswer>());
    const key = memoization.keyOf(source);
    const others = answers.get(key);
    const known = alike(memoization, others, source);
    if (known !== undefined) {
      if (!(known.value instanceof Promise)) {
        addSize(execution, known.size);
        return known.value;
      }
      // An answer with errors is made again: errors need paths of their own. Its data is loaded by then.
      const again = () => madeAgain(execution, position, source, indices);
      return known.value.then((value: unknown) => {
        if (known.failuresBefore !== failuresAt(execution, position)) return again();
        addSize(execution, (known.size ??= sizeOf(position, value)));
        return value;
      }, again);
    }
    const failuresBefore = failuresAt(execution, position);
    const { fields, length } = execution.meter;
    const value = made(execution, position, source, indices);
    // Failures of an answer that is no promise are counted by now.
    const isMemoizable = value instanceof Promise || failuresBefore === failuresAt(execution, position);
    if (isMemoizable && alternativeCount(others) < MOST_ALTERNATIVES) {
      const size =
        value instanceof Promise
          ? null
          : { fields: execution.meter.fields - fields, length: execution.meter.length - length };
      answers.set(key, { source, value, failuresBefore, size, other: others });
    }
    return guard(execution, position, value, indices);
  };
}

/** Counts an answer that is reused: one step. */
function addSize({ meter }: Execution, size: AnswerSize | null): void {
  if (size !== null) meter.add(size.fields, 1, size.length);
}

function made(
  execution: Execution,
  position: ResponsePosition,
  source: object,
  indices: readonly number[],
): unknown {
  if (position.completion === null) throw new TypeError('Only objects are memoized.');
  return position.completion(execution, source, ...indices);
}

function madeAgain(
  execution: Execution,
  position: ResponsePosition,
  source: object,
  indices: readonly number[],
): unknown {
  try {
    return guard(execution, position, made(execution, position, source, indices), indices);
  } catch (error) {
    return fail(execution, position, error, indices);
  }
}

function failuresAt(execution: Execution, position: ResponsePosition): number {
  return execution.failuresAt[position.number] ?? 0;
}

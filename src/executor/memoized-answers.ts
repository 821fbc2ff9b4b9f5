import { guard } from './complete-value.ts';
import { type MemoizedAnswer, fail, fieldsIn, type Execution, type ResponsePosition } from './state.ts';

/**
 * Sources that say everything that their answers depend on, so that of two that are alike one needs to be answered. Hundreds of
 * rows refer to a handful of entities.
 */
export interface Memoization<Source extends object = object> {
  isMemoizable(source: object): source is Source;
  /** What two that are alike have in common and most others have not. */
  keyOf(source: Source): unknown;
  areAlike(source: Source, other: Source): boolean;
}

export const noMemoization: Memoization<never> = {
  isMemoizable: (_source): _source is never => false,
  keyOf: () => null,
  areAlike: () => false,
};

/** How generated text has an answer again that was made before; undefined where it has to be made, or waited for. */
export function createGetMemoized(memoization: Memoization) {
  return function getMemoized(execution: Execution, number: number, source: object): unknown {
    const known = alike(memoization, execution.memoized[number]?.get(memoization.keyOf(source)), source);
    if (known === undefined || known.value instanceof Promise) return undefined;
    execution.size.add(known.fields ?? 0);
    return known.value;
  };
}

/** So many that differ are looked through for a source; what comes after that is made each time. */
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

function countOf(first: MemoizedAnswer | undefined): number {
  let count = 0;
  for (let answer = first; answer !== undefined; answer = answer.other) count += 1;
  return count;
}

/** How generated text answers a source that `memoization` says can be memoize. What is promised has failed where it stands already. */
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
        execution.size.add(known.fields ?? 0);
        return known.value;
      }
      // With errors it is made again, for they have places of their own; what was loaded for it is there by then.
      const again = () => madeAgain(execution, position, source, indices);
      return known.value.then((value: unknown) => {
        if (known.failuresBefore !== failuresAt(execution, position)) return again();
        execution.size.add((known.fields ??= fieldsIn(position, value)));
        return value;
      }, again);
    }
    const failuresBefore = failuresAt(execution, position);
    const fieldsBefore = execution.size.fields;
    const value = made(execution, position, source, indices);
    // Without a promise it is known now whether anything failed.
    const isMemoizable = value instanceof Promise || failuresBefore === failuresAt(execution, position);
    if (isMemoizable && countOf(others) < MOST_ALTERNATIVES) {
      const fields = value instanceof Promise ? null : execution.size.fields - fieldsBefore;
      answers.set(key, { source, value, failuresBefore, fields, other: others });
    }
    return guard(execution, position, value, indices);
  };
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

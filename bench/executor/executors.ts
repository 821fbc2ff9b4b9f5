import { Executor } from '../../src/executor/executor.ts';
import type { Memoization } from '../../src/executor/memoized-answers.ts';
import {
  compileQuery,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  isCompiledQuery,
} from './packages.ts';

/** Operation with everything that executing it takes. */
export interface Task {
  readonly args: ExecutionArgs;
  /** Rules by which the gateway's executor may answer alike sources once. Without them that variant does not take part. */
  readonly memoization?: Memoization;
}

/** Executes the operation of a task once. */
export type Run = () => ExecutionResult | Promise<ExecutionResult>;

export const executorNames = ['graphql-js', 'graphql-jit', 'interpreted', 'compiled', 'memoized'] as const;

export type ExecutorName = (typeof executorNames)[number];

/** Executors that take part in a task, each prepared for its operation: compiled, except by graphql-js. */
export function preparationsOf({ args, memoization }: Task): ReadonlyMap<ExecutorName, () => Run> {
  return new Map<ExecutorName, () => Run>([
    ['graphql-js', () => () => execute(args)],
    ['graphql-jit', () => jitRun(args)],
    ['interpreted', () => interpretedRun(args)],
    ['compiled', () => compiledRun(args)],
    ...(memoization ? [['memoized', () => compiledRun(args, memoization)] as const] : []),
  ]);
}

function jitRun({ schema, document, rootValue, contextValue, variableValues }: ExecutionArgs): Run {
  // Errors without stacks, as those of the gateway's executor are.
  const compiled = compileQuery(schema, document, undefined, { disablingCapturingStackErrors: true });
  if (!isCompiledQuery(compiled)) return () => compiled;
  return () => compiled.query(rootValue, contextValue, variableValues);
}

function interpretedRun(args: ExecutionArgs): Run {
  const executor = new Executor({ compileAtHit: Infinity });
  return () => executor.execute(args);
}

function compiledRun(args: ExecutionArgs, memoization?: Memoization): Run {
  const executor = new Executor({ compileAtHit: 1, ...(memoization && { memoization }) });
  return () => executor.execute(args);
}

/** Data as text, and errors in the order of their paths: executors may find them in different orders. */
export function asText({ data, errors = [] }: ExecutionResult): string {
  const texts = errors.map((error) => JSON.stringify([error.path, error.message, error]));
  return JSON.stringify({ data, errors: texts.toSorted() });
}

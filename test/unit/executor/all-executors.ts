import {
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  type GraphQLError,
  parse,
} from 'graphql';
import { expect } from 'vitest';
import { AnswerMeter } from '../../../src/executor/answer-meter.ts';
import { coercedVariables } from '../../../src/executor/coerced-variables.ts';
import { CompiledOperations } from '../../../src/executor/compiled-operations.ts';
import { Executor } from '../../../src/executor/executor.ts';
import type { Memoization } from '../../../src/executor/memoized-answers.ts';

export type Asked = Omit<ExecutionArgs, 'document'> & { readonly query: string };

/** Whether an operation can be compiled. */
export function canBeCompiled(args: ExecutionArgs): boolean {
  const operation = getOperationAST(args.document, args.operationName);
  if (!operation) return false;
  const { values } = coercedVariables(args, operation);
  const operations = new CompiledOperations({ compileAtHit: 1 });
  return values !== null && operations.hit(args.schema, args.document, operation, values) !== null;
}

/** Answer of the compiled operation. Expects that interpretation and graphql-js give equal answers, of equal size. */
export async function answerOfAll(
  { query, ...rest }: Asked,
  memoization?: Memoization,
): Promise<ExecutionResult> {
  const args = { ...rest, contextValue: rest.contextValue ?? {}, document: parse(query) };
  expect(canBeCompiled(args), 'it can be compiled').toBe(true);
  const executions = [1, Infinity].map((compileAtHit) => {
    const meter = new AnswerMeter();
    const executor = new Executor({ compileAtHit, ...(memoization && { memoization }) });
    return { meter, result: executor.execute(args, meter) };
  });
  const expected = execute(args);
  const answers = await Promise.all(
    executions.map(async ({ meter, result }) => {
      expect(result instanceof Promise, 'whether it takes time').toBe(expected instanceof Promise);
      const answer = await result;
      expectSame(answer, await expected);
      return { answer, size: { fields: meter.fields, length: meter.length } };
    }),
  );
  const [compiled, interpreted] = answers;
  if (compiled === undefined) throw new TypeError('There are two answers.');
  // Answers with errors may differ in size: one executor may have counted more before the failure.
  if (compiled.answer.errors === undefined) expect(compiled.size).toEqual(interpreted?.size);
  return compiled.answer;
}

/** Expects equal data, in the order of keys too, and equal errors in any order, with their nodes and original errors. */
export function expectSame(found: ExecutionResult, expected: ExecutionResult): void {
  expect(JSON.stringify(found.data, null, 1)).toBe(JSON.stringify(expected.data, null, 1));
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  const errors = inOrder(found.errors);
  const expectedErrors = inOrder(expected.errors);
  expect(errors.map((error) => error.toJSON())).toEqual(expectedErrors.map((error) => error.toJSON()));
  for (const [at, error] of errors.entries()) {
    const other = expectedErrors[at];
    expect(
      error.originalError === other?.originalError ||
        error.originalError?.message === other?.originalError?.message,
    ).toBe(true);
    expect(error.nodes).toEqual(other?.nodes);
  }
}

function inOrder(errors: readonly GraphQLError[] = []): GraphQLError[] {
  const key = ({ path, message }: GraphQLError) => JSON.stringify([path, message]);
  return errors.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

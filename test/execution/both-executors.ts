import { execute, type ExecutionArgs, type ExecutionResult, type GraphQLError, parse } from 'graphql';
import { expect } from 'vitest';
import { CompiledExecutor, type CompiledExecutorOptions } from '../../src/execution/compiled-executor.ts';

export type Asked = Omit<ExecutionArgs, 'document'> & { readonly query: string };

/** Has graphql-js and the compiled executor answer the same, holds their answers against each other, and gives one. */
export async function answerOfBoth(
  { query, ...rest }: Asked,
  options: CompiledExecutorOptions = {},
): Promise<ExecutionResult> {
  const args = { ...rest, document: parse(query) };
  const compiled = new CompiledExecutor({ compileAtSight: 1, ...options }).execute(args);
  expect(compiled, 'it can be compiled').not.toBeNull();
  const ordinary = execute(args);
  expect(compiled instanceof Promise, 'whether it takes time').toBe(ordinary instanceof Promise);
  const answer = await compiled;
  if (answer === null) throw new TypeError('It was compiled.');
  expectSame(answer, await ordinary);
  return answer;
}

/** Data to the order of keys; errors in any order, to where they come from. */
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

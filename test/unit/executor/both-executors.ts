import {
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  parse,
} from 'graphql';
import { expect } from 'vitest';
import { AnswerSize } from '../../../src/executor/answer-size.ts';
import { CompiledExecutor, type CompiledExecutorOptions } from '../../../src/executor/compiled-executor.ts';
import { wrapResolvers, countInto } from '../../../src/executor/wrap-resolvers.ts';

export type Asked = Omit<ExecutionArgs, 'document'> & { readonly query: string };

/** Answer of the compiled executor. Expects that graphql-js gives an equal answer of equal size. */
export async function answerOfBoth(
  { query, ...rest }: Asked,
  options: CompiledExecutorOptions = {},
): Promise<ExecutionResult> {
  const args = { ...rest, contextValue: rest.contextValue ?? {}, document: parse(query) };
  const [size, ordinarySize] = [new AnswerSize(Infinity), new AnswerSize(Infinity)];
  const compiled = new CompiledExecutor({ compileAtHit: 1, ...options }).execute(args, size);
  expect(compiled, 'it can be compiled').not.toBeNull();
  counted(args.schema);
  countInto(ordinarySize, args);
  const ordinary = execute(args);
  expect(compiled instanceof Promise, 'whether it takes time').toBe(ordinary instanceof Promise);
  const answer = await compiled;
  if (answer === null) throw new TypeError('It was compiled.');
  expectSame(answer, await ordinary);
  // Answers with errors may differ in size: one executor may have counted more before the failure.
  if (answer.errors === undefined) expect(size.fields, 'fields that were counted').toBe(ordinarySize.fields);
  return answer;
}

const countedSchemas = new WeakSet<object>();

function counted(schema: GraphQLSchema): void {
  if (countedSchemas.has(schema)) return;
  countedSchemas.add(schema);
  wrapResolvers(schema);
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

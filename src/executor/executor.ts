import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  Kind,
} from 'graphql';
import { withoutMiddle } from '../lib/shortened-message.ts';
import { AnswerMeter } from './answer-meter.ts';
import { coercedVariables } from './coerced-variables.ts';
import { fragmentsOf } from './collect-fields.ts';
import { CompiledOperations, type CompiledOperationsOptions } from './compiled-operations.ts';
import { interpret } from './interpret.ts';
import { Execution } from './state.ts';

/** Maximum characters of an operation's name that an error quotes. */
const MAX_NAME = 100;

/**
 * Executes queries and mutations, and subscriptions for one event, with the results of graphql-js: operations that come again
 * by compiled code, others by interpretation. Documents must be valid. Resolvers for all fields or types (`fieldResolver`,
 * `typeResolver`) are not supported.
 */
export class Executor {
  readonly #compiled: CompiledOperations;

  constructor(options: CompiledOperationsOptions = {}) {
    this.#compiled = new CompiledOperations(options);
  }

  /** @param meter Counts the fields of the answer. Once it has ended, the result is not the answer to the operation. */
  execute(args: ExecutionArgs, meter = new AnswerMeter()): ExecutionResult | Promise<ExecutionResult> {
    const { schema, document, rootValue, contextValue } = args;
    const operation = getOperationAST(document, args.operationName);
    if (!operation) return { errors: [operationMissing(document, args.operationName)] };
    const { values: variables, errors } = coercedVariables(args, operation);
    if (errors !== null) return { errors };
    const compiled = this.#compiled.hit(schema, document, operation, variables);
    const parts = compiled?.operation ?? { schema, operation, fragments: fragmentsOf(document) };
    const execution = new Execution(parts, rootValue, contextValue, variables, meter);
    return resultOf(execution, () =>
      compiled ? compiled.answer(execution, rootValue) : interpret(execution),
    );
  }
}

function operationMissing(document: DocumentNode, name: string | null | undefined): GraphQLError {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const message =
    name != null
      ? `Unknown operation named "${withoutMiddle(name, MAX_NAME)}".`
      : operations.length === 0
        ? 'Must provide an operation.'
        : 'Must provide operation name if query contains multiple operations.';
  return new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } });
}

function resultOf(execution: Execution, answer: () => unknown): ExecutionResult | Promise<ExecutionResult> {
  let data: unknown;
  try {
    data = answer();
  } catch (error) {
    return resultWithout(error, execution);
  }
  return data instanceof Promise
    ? data.then(
        (settled: unknown) => resultWith(settled, execution),
        (error: unknown) => resultWithout(error, execution),
      )
    : resultWith(data, execution);
}

function resultWith(data: unknown, { errors, memoized }: Execution): ExecutionResult {
  // Memoized answers are as large as the result, and no longer needed. V8 would keep them as long as the execution.
  memoized.length = 0;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a completed root is an object, or null when it failed
  const answer = data as Record<string, unknown> | null;
  return errors.length === 0 ? { data: answer } : { errors, data: answer };
}

function resultWithout(error: unknown, execution: Execution): ExecutionResult {
  // Errors of fields are GraphQLErrors by now.
  if (!(error instanceof GraphQLError)) throw error;
  execution.add(error, null, []);
  return resultWith(null, execution);
}

import {
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { AnswerSize } from './answer-size.ts';
import { coercedVariables } from './coerced-variables.ts';
import { fragmentsOf } from './collect-fields.ts';
import { type CompiledOperation, compileOperation } from './compile-operation.ts';
import { conditionsOf } from './conditions.ts';
import { tokensIn } from './kept-documents.ts';
import { noMemoization, type Memoization } from './memoized-answers.ts';
import { type Operation, Execution } from './state.ts';
import { conditionVariables } from './condition-variables.ts';

export interface CompiledExecutorOptions {
  /** At which execution for the same operation it is compiled: 1 at once, Infinity never. @default 3 */
  readonly compileAtHit?: number;
  /** Sources of which those that are alike get one answer. @default none */
  readonly memoization?: Memoization;
  /** Most operations that are kept compiled. @default 500 */
  readonly maxOperations?: number;
}

/** Of one operation: what its selections depend on, and what it was compiled to for each case that came up. */
interface Plan {
  readonly operation: Operation;
  /** Null where it cannot be compiled. */
  readonly variables: readonly string[] | null;
  readonly variants: Map<string, CompiledOperation | null>;
  /** Of its document, which is kept with it. */
  readonly tokens: number;
}

/** All that is kept together has so many places in answers at most; some 2 kB each. */
const MAX_SITES_KEPT = 20_000;
/** As many of a document take as much, with their nodes. */
const TOKENS_PER_SITE = 4;

/**
 * Executes queries as graphql-js does, result for result, by functions that are generated for each operation. What is sent only
 * once or twice is not worth it, and some things it cannot do; those are left to the ordinary executor.
 *
 * Operations are told apart by their document object, so parsed documents have to be kept by whoever parses them.
 */
export class CompiledExecutor {
  readonly #compileAtHit: number;
  readonly #memoization: Memoization;
  readonly #plans: LRUCache<OperationDefinitionNode, Plan>;
  /** Kept as long as the document is, so that operations that never come again push out neither plans nor counts. */
  readonly #hits = new WeakMap<OperationDefinitionNode, number>();

  constructor({
    compileAtHit = 3,
    memoization = noMemoization,
    maxOperations = 500,
  }: CompiledExecutorOptions = {}) {
    this.#compileAtHit = canGenerateCode() ? compileAtHit : Infinity;
    this.#memoization = memoization;
    this.#plans = new LRUCache({
      max: maxOperations,
      maxSize: MAX_SITES_KEPT,
      sizeCalculation: ({ variants, tokens }) =>
        [...variants.values()].reduce(
          (sum, variant) => sum + (variant?.size ?? 0),
          1 + Math.ceil(tokens / TOKENS_PER_SITE),
        ),
    });
  }

  /**
   * Null where the ordinary executor has to answer.
   *
   * @param size Counts the fields of the answer. Once it is exceeded, the result is not the answer to the operation.
   */
  execute(
    args: ExecutionArgs,
    size = new AnswerSize(Infinity),
  ): ExecutionResult | Promise<ExecutionResult> | null {
    const operation = getOperationAST(args.document, args.operationName);
    if (operation?.operation !== OperationTypeNode.QUERY) return null;
    // It would have to be asked for every value.
    if (args.fieldResolver || args.typeResolver) return null;
    const plan = this.#plans.get(operation) ?? this.#noteHit(operation, args);
    if (plan === null || plan.variables === null || plan.operation.schema !== args.schema) return null;
    const { values: variables } = coercedVariables(args, operation);
    const conditions = variables && conditionsOf(plan.variables, variables);
    const compiled = conditions && this.#variant(plan, conditions);
    const { rootValue, contextValue } = args;
    return (
      compiled &&
      runCompiled(compiled, new Execution(plan.operation, rootValue, contextValue, variables, size))
    );
  }

  #noteHit(operation: OperationDefinitionNode, { schema, document }: ExecutionArgs): Plan | null {
    const hits = (this.#hits.get(operation) ?? 0) + 1;
    if (hits < this.#compileAtHit) {
      this.#hits.set(operation, hits);
      return null;
    }
    const fragments = fragmentsOf(document);
    const variables = conditionVariables({ fragments }, operation);
    this.#hits.delete(operation);
    const tokens = tokensIn(document);
    const plan = { operation: { schema, operation, fragments }, variables, variants: new Map(), tokens };
    this.#plans.set(operation, plan);
    return plan;
  }

  #variant(plan: Plan, conditions: ReadonlyMap<string, boolean>): CompiledOperation | null {
    const key = [...conditions.values()].join();
    let variant = plan.variants.get(key);
    if (variant === undefined) {
      variant = compileOperation(plan.operation, conditions, this.#memoization);
      plan.variants.set(key, variant);
      // Its size is another one now, which is only asked of another object.
      this.#plans.set(plan.operation.operation, { ...plan });
    }
    return variant;
  }
}

/** Node can be started so that it refuses (`--disallow-code-generation-from-strings`). */
function canGenerateCode(): boolean {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- there is nothing in it
    return new Function('return true')() === true;
  } catch {
    return false;
  }
}

function runCompiled(
  { answer }: CompiledOperation,
  execution: Execution,
): ExecutionResult | Promise<ExecutionResult> {
  let data: unknown;
  try {
    data = answer(execution, execution.rootValue);
  } catch (error) {
    return resultWithout(error, execution);
  }
  return data instanceof Promise
    ? data.then(
        (settled: unknown) => resultOf(settled, execution),
        (error: unknown) => resultWithout(error, execution),
      )
    : resultOf(data, execution);
}

function resultOf(data: unknown, { errors, memoized: answers }: Execution): ExecutionResult {
  // Of no use any more, and as large as the result: V8 would keep it as long as it does the execution.
  answers.length = 0;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is made of a root is an object, or null where that failed
  const answer = data as Record<string, unknown> | null;
  return errors.length === 0 ? { data: answer } : { errors, data: answer };
}

function resultWithout(error: unknown, execution: Execution): ExecutionResult {
  // Whatever fails at a field is located there.
  if (!(error instanceof GraphQLError)) throw error;
  execution.add(error, null, []);
  return resultOf(null, execution);
}

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
import { noMemoization, type Memoization } from './memoized-answers.ts';
import { type Operation, Execution } from './state.ts';
import { conditionVariables } from './condition-variables.ts';
import { tokensIn } from './document-tokens.ts';

export interface CompiledExecutorOptions {
  /** Number of the execution at which an operation is compiled: 1 compiles at once, Infinity never. @default 3 */
  readonly compileAtHit?: number;
  /** Rules for sources that share one answer when they are alike. @default none */
  readonly memoization?: Memoization;
  /** Maximum number of kept operations. @default 500 */
  readonly maxOperations?: number;
}

/** Condition variables of an operation, and the variants compiled for their values so far. */
interface Plan {
  readonly operation: Operation;
  /** Null when the operation cannot be compiled. */
  readonly variables: readonly string[] | null;
  readonly variants: Map<string, CompiledOperation | null>;
  /** Number of tokens of its document, which the plan keeps in memory. */
  readonly tokens: number;
}

/** Maximum number of response positions in all kept operations, about 2 kB each. */
const MAX_POSITIONS_KEPT = 20_000;
/** Number of document tokens, with their nodes, that take as much memory as one position. */
const TOKENS_PER_POSITION = 4;

/**
 * Executes queries, and subscriptions for one event, with the same results as the ordinary executor (`execute` of
 * graphql-js), by functions that are generated for each operation. Operations sent only once or twice do not repay compilation, and some cannot be compiled; `execute`
 * returns null for both. Operations are identified by their AST node, so the caller has to cache parsed documents.
 */
export class CompiledExecutor {
  readonly #compileAtHit: number;
  readonly #memoization: Memoization;
  readonly #plans: LRUCache<OperationDefinitionNode, Plan>;
  /** Executions so far. Weak keys: operations that never recur evict neither plans nor counts. */
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
      maxSize: MAX_POSITIONS_KEPT,
      sizeCalculation: ({ variants, tokens }) =>
        [...variants.values()].reduce(
          (sum, variant) => sum + (variant?.size ?? 0),
          1 + Math.ceil(tokens / TOKENS_PER_POSITION),
        ),
    });
  }

  /**
   * Null when the ordinary executor has to answer.
   *
   * @param size Counts the fields of the answer. Once it is exceeded, the result is not the answer to the operation.
   */
  execute(
    args: ExecutionArgs,
    size = new AnswerSize(Infinity),
  ): ExecutionResult | Promise<ExecutionResult> | null {
    const operation = getOperationAST(args.document, args.operationName);
    // Root fields of a mutation are executed one after another.
    if (!operation || operation.operation === OperationTypeNode.MUTATION) return null;
    // Such a resolver would have to be called for every value.
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
      // The plan has grown. lru-cache updates the size of an entry only for another object.
      this.#plans.set(plan.operation.operation, { ...plan });
    }
    return variant;
  }
}

/** False when Node.js was started with `--disallow-code-generation-from-strings`. */
function canGenerateCode(): boolean {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- the text is a constant
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
  // Memoized answers are as large as the result, and no longer needed. V8 would keep them as long as the execution.
  answers.length = 0;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a completed root is an object, or null when it failed
  const answer = data as Record<string, unknown> | null;
  return errors.length === 0 ? { data: answer } : { errors, data: answer };
}

function resultWithout(error: unknown, execution: Execution): ExecutionResult {
  // Errors of fields are GraphQLErrors by now.
  if (!(error instanceof GraphQLError)) throw error;
  execution.add(error, null, []);
  return resultOf(null, execution);
}

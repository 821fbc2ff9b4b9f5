import {
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { fragmentsOf } from './collect-fields.ts';
import { type CompiledOperation, compileOperation } from './compile-operation.ts';
import { conditionVariables } from './condition-variables.ts';
import { conditionsOf } from './conditions.ts';
import { tokensIn } from './document-tokens.ts';
import { noMemoization, type Memoization } from './memoized-answers.ts';
import type { Operation } from './state.ts';

export interface CompiledOperationsOptions {
  /** Number of the execution at which an operation is compiled: 1 compiles at once, Infinity never. @default 3 */
  readonly compileAtHit?: number | undefined;
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

export const MAX_OPERATIONS = 500;
/** Maximum number of response positions in all kept operations, about 2 kB each. */
export const MAX_POSITIONS_KEPT = 20_000;
/** Number of document tokens, with their nodes, that take as much memory as one position. */
const TOKENS_PER_POSITION = 4;

/**
 * Compiled operations: functions that are generated for each operation that comes again. Operations sent only once or twice
 * do not repay compilation. Operations are identified by their AST node, so the caller has to cache parsed documents.
 */
export class CompiledOperations {
  readonly #compileAtHit: number;
  readonly #memoization: Memoization;
  readonly #plans: LRUCache<OperationDefinitionNode, Plan>;
  /** Executions so far. Weak keys: operations that never recur evict neither plans nor counts. */
  readonly #hits = new WeakMap<OperationDefinitionNode, number>();

  constructor({
    compileAtHit = 3,
    memoization = noMemoization,
    maxOperations = MAX_OPERATIONS,
  }: CompiledOperationsOptions = {}) {
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

  /** Counts an execution of the operation. Null when it is not compiled: it has to come more often, or cannot be. */
  hit(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Readonly<Record<string, unknown>>,
  ): CompiledOperation | null {
    // Root fields of a mutation are executed one after another.
    if (operation.operation === OperationTypeNode.MUTATION) return null;
    const plan = this.#plans.get(operation) ?? this.#noteHit(operation, schema, document);
    if (plan === null || plan.variables === null || plan.operation.schema !== schema) return null;
    const conditions = conditionsOf(plan.variables, variables);
    return conditions && this.#variant(plan, conditions);
  }

  #noteHit(operation: OperationDefinitionNode, schema: GraphQLSchema, document: DocumentNode): Plan | null {
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

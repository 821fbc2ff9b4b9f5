import {
  type FragmentDefinitionNode,
  getArgumentValues,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { AnswerSize } from './answer-size.ts';
import { fieldError } from './field-error.ts';
import type { Answer } from './repeated-answers.ts';
import type { Site } from './site.ts';

type Values = Readonly<Record<string, unknown>>;

/** What is the same at every request of an operation. */
export interface Operation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Record<string, FragmentDefinitionNode>;
}

/** One execution of a compiled operation. The generated text reads its properties. */
export class Request implements Operation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Record<string, FragmentDefinitionNode>;
  readonly rootValue: unknown;
  readonly context: unknown;
  readonly variableValues: Record<string, unknown>;
  readonly size: AnswerSize;
  readonly errors: GraphQLError[] = [];
  /** By the number of the site. */
  readonly args: (Values | undefined)[] = [];
  readonly answers: (Map<unknown, Answer> | undefined)[] = [];
  /** How many positions failed at a site or below it, whether or not there is an error for each. */
  readonly failuresAt: (number | undefined)[] = [];
  /** Of the sites that something can be below: their positions that became null. */
  readonly #nulled = new Map<Site | null, Set<string>>();

  constructor(
    { schema, operation, fragments }: Operation,
    rootValue: unknown,
    context: unknown,
    variableValues: Record<string, unknown>,
    size: AnswerSize,
  ) {
    this.schema = schema;
    this.operation = operation;
    this.fragments = fragments;
    this.rootValue = rootValue;
    this.context = context;
    this.variableValues = variableValues;
    this.size = size;
  }

  /** Notes an error, unless the answer is null from further up already: graphql-js tells no more then, and the specification neither. */
  add(error: GraphQLError, site: Site | null, indices: readonly number[]): void {
    if (this.#nulled.size > 0 && this.#isNulled(site, indices)) return;
    this.errors.push(error);
    if (site?.completion === null) return;
    const places = this.#nulled.get(site) ?? new Set();
    this.#nulled.set(site, places.add(placeOf(site, indices)));
  }

  #isNulled(place: Site | null, indices: readonly number[]): boolean {
    for (let site = place; site !== null; site = site.parent) {
      if (this.#nulled.get(site)?.has(placeOf(site, indices)) === true) return true;
    }
    return this.#nulled.has(null);
  }
}

function placeOf(site: Site | null, indices: readonly number[]): string {
  return indices.slice(0, site?.depth ?? 0).join();
}

/** A field's arguments, coerced at the first row that asks for them. */
export function argumentsOf(request: Request, site: Site): Values {
  const { definition, nodes } = site.field;
  const [node] = nodes;
  if (node === undefined) throw new TypeError('A field is selected by some node.');
  return (request.args[site.number] ??= getArgumentValues(definition, node, request.variableValues));
}

/**
 * Gives up on a site: null where that may be null, otherwise it throws for what is above. Throws always once
 * the answer is too large.
 *
 * @throws GraphQLError the error with the place where it arose.
 */
export function fail(request: Request, site: Site, reason: unknown, indices: readonly number[]): null {
  const error =
    reason instanceof GraphQLError && reason.path !== undefined
      ? reason
      : fieldError(reason, site.field.nodes, site.pathArray(indices));
  for (let above: Site | null = site; above !== null; above = above.parent) {
    request.failuresAt[above.number] = (request.failuresAt[above.number] ?? 0) + 1;
  }
  if (site.isNonNull || request.size.isExceeded) throw error;
  request.add(error, site, indices);
  return null;
}

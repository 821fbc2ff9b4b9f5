import { type FieldNode, getLocation, GraphQLError, locatedError, type SourceLocation } from 'graphql';

type ResponsePath = readonly (string | number)[];

/**
 * Error of a field as graphql-js makes it of a thrown value.
 *
 * @param nodes Nodes of the operation that select the field.
 */
export function fieldError(reason: unknown, nodes: readonly FieldNode[], path: ResponsePath): GraphQLError {
  if (!(reason instanceof Error) || knownOfErrors.some((property) => property in reason)) {
    return locatedError(reason, nodes, path);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has a GraphQLError's properties and prototype (below)
  return new FieldError(reason, nodes, path) as unknown as GraphQLError;
}

/** Properties that graphql-js takes from the thrown error when present. */
const knownOfErrors = ['path', 'nodes', 'source', 'positions'] as const;

/**
 * GraphQLError in every respect, but cheap to make: one failure can affect thousands of fields, and most of their errors are
 * never inspected. The stack is the reason's, as in graphql-js; locations are computed at first access.
 */
class FieldError implements Omit<GraphQLError, 'toJSON' | 'toString' | typeof Symbol.toStringTag> {
  declare readonly toJSON: GraphQLError['toJSON'];
  readonly message: string;
  readonly path: ResponsePath;
  readonly nodes: readonly FieldNode[];
  readonly originalError: Error;
  readonly extensions: Record<string, unknown>;
  #locations: readonly SourceLocation[] | undefined;

  constructor(reason: Error, nodes: readonly FieldNode[], path: ResponsePath) {
    this.message = reason.message;
    this.path = path;
    this.nodes = nodes;
    this.originalError = reason;
    this.extensions = extensionsOf(reason) ?? {};
  }

  get name() {
    return 'GraphQLError';
  }
  get stack() {
    return this.originalError.stack ?? '';
  }
  get source() {
    return this.nodes[0]?.loc?.source;
  }
  get positions() {
    return located(this.nodes)?.map(({ start }) => start);
  }
  get locations() {
    this.#locations ??= located(this.nodes)?.map(({ source, start }) => getLocation(source, start));
    return this.#locations;
  }
}

Object.setPrototypeOf(FieldError.prototype, GraphQLError.prototype);

/** Undefined when the document was parsed without locations. */
function located(nodes: readonly FieldNode[]) {
  const locations = nodes.flatMap(({ loc }) => loc ?? []);
  return locations.length === 0 ? undefined : locations;
}

function extensionsOf(reason: object): Record<string, unknown> | null {
  return 'extensions' in reason && isObject(reason.extensions) ? reason.extensions : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

import {
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Request } from './request.ts';

/** A field as an operation selects it. */
export interface SelectedField {
  readonly key: string;
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  /** Null where a property of the source answers. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | null;
  /** The same array at every request, for others key what they find out about a field by it. */
  readonly nodes: readonly FieldNode[];
}

/** Completes a value at a site of objects or lists: the text that was generated for it. */
type Completion = (request: Request, value: unknown, ...indices: number[]) => unknown;

/**
 * A place of an answer, but for the positions in lists: a field, or what a list holds. What is known of it beforehand is here,
 * so that a value costs nothing beyond itself unless something goes wrong. Positions come apart, outermost first: `indices`.
 */
export class Site {
  readonly number: number;
  readonly parent: Site | null;
  readonly field: SelectedField;
  readonly isItem: boolean;
  readonly isNonNull: boolean;
  /** Without the non-null. */
  readonly type: Exclude<GraphQLOutputType, { readonly ofType: never }>;
  /** How many positions in lists lead here. */
  readonly depth: number;
  /** Of what a list holds; null where the type is none. */
  readonly item: Site | null;
  /** Sites right below this one. */
  readonly children: Site[] = [];
  /** Number of fields of an object, `__typename` included. */
  fieldCount = 0;
  completion: Completion | null = null;

  /** Numbers itself by its place among `sites`, to which it adds itself. */
  constructor(
    sites: Site[],
    field: SelectedField,
    type: GraphQLOutputType,
    parent: Site | null,
    isItem = false,
  ) {
    this.number = sites.push(this) - 1;
    this.field = field;
    this.parent = parent;
    parent?.children.push(this);
    this.isItem = isItem;
    this.isNonNull = isNonNullType(type);
    this.type = isNonNullType(type) ? type.ofType : type;
    this.depth = (parent?.depth ?? 0) + (isItem ? 1 : 0);
    this.item = isListType(this.type) ? new Site(sites, field, this.type.ofType, this, true) : null;
  }

  /** What graphql-js gives as `info.path`. */
  path(indices: readonly number[]): GraphQLResolveInfo['path'] {
    const prev = this.parent?.path(indices);
    return this.isItem
      ? { prev, key: indices[this.depth - 1] ?? 0, typename: undefined }
      : { prev, key: this.field.key, typename: this.field.parentType.name };
  }

  /** The same as an array: response keys, and positions in lists. */
  pathArray(indices: readonly number[]): (string | number)[] {
    const path = this.parent?.pathArray(indices) ?? [];
    path.push(this.isItem ? (indices[this.depth - 1] ?? 0) : this.field.key);
    return path;
  }
}

/** Number of fields in a value completed at a site. */
export function fieldsIn(site: Site, value: unknown): number {
  // A leaf can be an object too, such as JSON; it is one field, counted with its object.
  if (typeof value !== 'object' || value === null || site.completion === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    count = value.length;
    if (site.item !== null) for (const item of value) count += fieldsIn(site.item, item);
  } else {
    count = site.fieldCount;
    for (const child of site.children) count += fieldsIn(child, Reflect.get(value, child.field.key));
  }
  return count;
}

/** What resolvers are told of the field that they answer, as graphql-js tells it. */
export function infoOf(request: Request, site: Site, indices: readonly number[]): GraphQLResolveInfo {
  const { definition, nodes, parentType } = site.field;
  return {
    fieldName: definition.name,
    fieldNodes: nodes,
    returnType: definition.type,
    parentType,
    path: site.path(indices),
    schema: request.schema,
    fragments: request.fragments,
    rootValue: request.rootValue,
    operation: request.operation,
    variableValues: request.variableValues,
  };
}

import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  type ASTVisitor,
  getNamedType,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import type { OperationsConfig } from '../config/slices.ts';
import { fragmentsOf, responseKey, walkFields } from '../executor/collect-fields.ts';

const MAX_DIRECTIVES = 50;

/** Rule of graphql-armor. Its count includes fragments, once for each spread. */
type CountingRule = (options: {
  readonly n: number;
  readonly onAccept: ((context: ValidationContext | null, details: { readonly n: number }) => void)[];
}) => (context: ValidationContext) => ASTVisitor;

/**
 * Validation rules for queries: the rules of graphql, and the limits of this gateway.
 */
export function queryRules({
  limits: { maxDepth, maxAliases, maxRootFields: allowedRootFields },
  introspection,
}: Pick<OperationsConfig, 'limits' | 'introspection'>): readonly ValidationRule[] {
  return [
    // graphql itself bounds the depth of introspection, where nesting would multiply the answer.
    limited('depth', maxDepth, (options) =>
      maxDepthRule({ ...options, flattenFragments: true, ignoreIntrospection: true }),
    ),
    // The default ignores aliases of `__typename`, and each row of an answer could have hundreds of them.
    limited('aliases', maxAliases, (options) => maxAliasesRule({ ...options, allowList: [] })),
    limited('directives', MAX_DIRECTIVES, maxDirectivesRule),
    maxRootFields(allowedRootFields),
    KnownOperationTypesRule,
    ...(introspection ? [] : [NoSchemaIntrospectionCustomRule, NoServiceSdlRule]),
    ...specifiedRules,
  ];
}

/** Rule that compares armor's count. Armor's own limit throws errors in its own words, without `extensions`. */
function limited(limit: QueryLimit, allowed: number, rule: CountingRule): ValidationRule {
  return (context) => {
    let isRefused = false;
    return rule({
      n: Infinity,
      onAccept: [
        (_context, { n: asked }) => {
          if (asked <= allowed || isRefused) return;
          isRefused = true;
          context.reportError(beyondLimit(limit, asked, allowed));
        },
      ],
    })(context);
  };
}

/** Refuses operations with too many response keys at the root. Keys in fragments count; repeated keys count once. */
function maxRootFields(allowed: number): ValidationRule {
  return (context) => {
    let isRefused = false;
    // Skipped selections count, too: variables decide over them, and limits hold for all variables.
    const walk = { fragments: fragmentsOf(context.getDocument()), isIncluded: () => true };
    return {
      OperationDefinition({ selectionSet }) {
        const keys = new Set<string>();
        walkFields([selectionSet], walk, (node) => keys.add(responseKey(node)));
        const asked = keys.size;
        if (asked <= allowed || isRefused) return;
        isRefused = true;
        context.reportError(beyondLimit('rootFields', asked, allowed));
      },
    };
  };
}

/**
 * Refuses mutations and subscriptions as invalid documents; otherwise only the executor would notice. graphql 17 has a rule
 * of this name.
 */
function KnownOperationTypesRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (!context.getSchema().getRootType(node.operation)) {
        context.reportError(new GraphQLError(`The schema has no ${node.operation}s.`, { nodes: node }));
      }
    },
  };
}

/** Refuses the field that returns the schema to routers, as graphql refuses introspection. */
function NoServiceSdlRule(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (getNamedType(context.getType())?.name !== '_Service') return;
      const message = `GraphQL introspection has been disabled, but the requested query contained the field "${node.name.value}".`;
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}

/** Limits of a query: wording of the error and setting of the limit. */
const limits = {
  depth: { says: (asked: number) => `is ${asked} fields deep`, setting: 'MAX_DEPTH' },
  aliases: { says: (asked: number) => `has ${asked} aliases`, setting: 'MAX_ALIASES' },
  tokens: { says: (asked: number) => `has ${asked} tokens`, setting: 'MAX_TOKENS' },
  rootFields: { says: (asked: number) => `has ${asked} fields at its root`, setting: 'MAX_ROOT_FIELDS' },
  directives: { says: (asked: number) => `has ${asked} directives`, setting: null },
  lines: { says: (asked: number) => `has ${asked} line breaks`, setting: null },
  nesting: { says: (asked: number) => `has brackets ${asked} deep in one another`, setting: null },
} as const;

export type QueryLimit = keyof typeof limits;

/** Error of a query beyond a limit, with the limit, the count and the allowed maximum. */
export function beyondLimit(limit: QueryLimit, count: number, allowed: number): GraphQLError {
  const { says, setting } = limits[limit];
  // Nested fragments multiply: their count may exceed the exact integers of JSON.
  const asked = Math.min(count, Number.MAX_SAFE_INTEGER);
  const named = setting === null ? '' : ` (${setting})`;
  return new GraphQLError(`The query ${says(asked)}; at most ${allowed} are allowed${named}.`, {
    extensions: { code: codes[limit] ?? 'GRAPHQL_VALIDATION_FAILED', limit, asked, allowed },
  });
}

/** Error codes of limits that are checked before there is a document. */
const codes: Partial<Record<QueryLimit, string>> = {
  lines: 'GRAPHQL_PARSE_FAILED',
  tokens: 'GRAPHQL_PARSE_FAILED',
  nesting: 'GRAPHQL_PARSE_FAILED',
};

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
import type { Config } from '../config/config.ts';
import { fragmentsOf, responseKey, walkFields } from '../executor/collect-fields.ts';

const MAX_DIRECTIVES = 50;

/** One of graphql-armor's, which count through fragments, each spread as often as it stands there. */
type CountingRule = (options: {
  readonly n: number;
  readonly onAccept: ((context: ValidationContext | null, details: { readonly n: number }) => void)[];
}) => (context: ValidationContext) => ASTVisitor;

/**
 * What a query has to be to be executed: all that graphql asks of a valid document, and what this gateway does.
 */
export function queryRules({
  queryLimits: { maxDepth, maxAliases, maxRootFields: allowedRootFields },
  introspection,
}: Pick<Config, 'queryLimits' | 'introspection'>): readonly ValidationRule[] {
  return [
    // Of introspection graphql itself bounds the depth, where it would multiply what is answered.
    limited('depth', maxDepth, (options) =>
      maxDepthRule({ ...options, flattenFragments: true, ignoreIntrospection: true }),
    ),
    // By itself it would pass over those of `__typename`, hundreds of which would stand in each row of an answer.
    limited('aliases', maxAliases, (options) => maxAliasesRule({ ...options, allowList: [] })),
    limited('directives', MAX_DIRECTIVES, maxDirectivesRule),
    maxRootFields(allowedRootFields),
    KnownOperationTypesRule,
    ...(introspection ? [] : [NoSchemaIntrospectionCustomRule, NoServiceSdlRule]),
    ...specifiedRules,
  ];
}

/** Armor counts and this judges: beyond its own limit it would throw, with words of its own and without the number. */
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

/** Refuses operations with more than so many fields at their root: places in the answer, be they asked for twice or in fragments. */
function maxRootFields(allowed: number): ValidationRule {
  return (context) => {
    let isRefused = false;
    return {
      OperationDefinition({ selectionSet }) {
        const keys = new Set<string>();
        // Whether a selection is skipped depends on the variables; all count.
        const walk = { fragments: fragmentsOf(context.getDocument()), isIncluded: () => true };
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
 * Refuses a mutation or subscription as what it is, an invalid document; otherwise only the executor would notice. graphql 17
 * has a rule of this name.
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

/** Refuses what tells a router the schema, as graphql refuses introspection where clients are not to be told. */
function NoServiceSdlRule(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (getNamedType(context.getType())?.name !== '_Service') return;
      const message = `GraphQL introspection has been disabled, but the requested query contained the field "${node.name.value}".`;
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}

/** What there can be too much of in a query, in words, with the setting that bounds it. */
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

/** The error that tells a client which limit its query is beyond, what it asked for and what is allowed. */
export function beyondLimit(limit: QueryLimit, count: number, allowed: number): GraphQLError {
  const { says, setting } = limits[limit];
  // Fragments in fragments multiply: what they come to may be beyond what JSON can say.
  const asked = Math.min(count, Number.MAX_SAFE_INTEGER);
  const named = setting === null ? '' : ` (${setting})`;
  return new GraphQLError(`The query ${says(asked)}; at most ${allowed} are allowed${named}.`, {
    extensions: { code: codes[limit] ?? 'GRAPHQL_VALIDATION_FAILED', limit, asked, allowed },
  });
}

/** Of limits that are found before there is a document. */
const codes: Partial<Record<QueryLimit, string>> = {
  lines: 'GRAPHQL_PARSE_FAILED',
  tokens: 'GRAPHQL_PARSE_FAILED',
  nesting: 'GRAPHQL_PARSE_FAILED',
};

import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  type ASTNode,
  type ASTVisitor,
  type DirectiveNode,
  type FieldNode,
  getNamedType,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  type SelectionNode,
  SingleFieldSubscriptionsRule,
  specifiedRules,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import type { OperationsConfig } from '../config/slices.ts';
import { fragmentsOf, responseKey, walkFields } from '../executor/collect-fields.ts';
import { ClientError } from './client-error.ts';
import { conditionIn } from '../executor/conditions.ts';

export const MAX_DIRECTIVES = 50;
/**
 * Maximum characters of an alias, which is repeated in each row of an answer and in the paths of errors. Names of the schema
 * have up to 40.
 */
export const MAX_ALIAS_LENGTH = 256;

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
    MaxAliasLengthRule,
    maxRootFields(allowedRootFields),
    KnownOperationTypesRule,
    ...(introspection ? [] : [NoSchemaIntrospectionCustomRule, NoServiceSdlRule]),
    SingleSubscriptionFieldRule,
    ...specifiedRules.filter((rule) => rule !== SingleFieldSubscriptionsRule),
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

function MaxAliasLengthRule(context: ValidationContext): ASTVisitor {
  let isRefused = false;
  return {
    Field({ alias }) {
      const asked = alias?.value.length ?? 0;
      if (asked <= MAX_ALIAS_LENGTH || isRefused) return;
      isRefused = true;
      context.reportError(beyondLimit('aliasLength', asked, MAX_ALIAS_LENGTH));
    },
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

/**
 * Refuses subscriptions with other than one root field, or with @skip or @include there: the root field has the source of
 * the events. The rule of graphql 16 does not know the ban of conditions (specification of September 2025, 5.2.4.1): it
 * fails for a condition with a variable, and lets pass a subscription whose only field is skipped.
 */
function SingleSubscriptionFieldRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition({ operation, selectionSet }) {
      // Schemas without the type are left to `KnownOperationTypesRule`, which refuses the operation.
      const isKnown = Boolean(context.getSchema().getSubscriptionType());
      if (operation !== OperationTypeNode.SUBSCRIPTION || !isKnown) return;
      const conditions: DirectiveNode[] = [];
      const byKey = new Map<string, FieldNode>();
      const isIncluded = ({ directives = [] }: SelectionNode) => {
        conditions.push(...directives.filter((directive) => conditionIn(directive) !== undefined));
        return true;
      };
      const fragments = fragmentsOf(context.getDocument());
      walkFields([selectionSet], { fragments, isIncluded }, (node) => byKey.set(responseKey(node), node));
      const fields = [...byKey.values()];
      const report = (message: string, nodes: readonly ASTNode[]) =>
        context.reportError(new GraphQLError(message, { nodes }));
      if (conditions.length > 0) {
        report('A subscription must not have @skip or @include at its root field.', conditions);
      }
      if (fields.length > 1) report('A subscription must have one root field.', fields.slice(1));
      const introspection = fields.filter(({ name }) => name.value.startsWith('__'));
      if (introspection.length > 0) {
        report('The root field of a subscription must not be an introspection field.', introspection);
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
  aliasLength: { says: (asked: number) => `has an alias of ${asked} characters`, setting: null },
  nesting: {
    says: (asked: number) => `has brackets nested ${asked} deep, fragments included`,
    setting: null,
  },
} as const;

export type QueryLimit = keyof typeof limits;

/** Error of a query beyond a limit, with the limit, the count and the allowed maximum. */
export function beyondLimit(limit: QueryLimit, count: number, allowed: number): GraphQLError {
  const { says, setting } = limits[limit];
  // Nested fragments multiply: their count may exceed the exact integers of JSON.
  const asked = Math.min(count, Number.MAX_SAFE_INTEGER);
  const named = setting === null ? '' : ` (${setting})`;
  return new ClientError(`The query ${says(asked)}; at most ${allowed} are allowed${named}.`, {
    extensions: { code: codes[limit] ?? 'GRAPHQL_VALIDATION_FAILED', limit, asked, allowed },
  });
}

/** Error codes of limits that are checked before there is a document. */
const codes: Partial<Record<QueryLimit, string>> = {
  lines: 'GRAPHQL_PARSE_FAILED',
  tokens: 'GRAPHQL_PARSE_FAILED',
  nesting: 'GRAPHQL_PARSE_FAILED',
};

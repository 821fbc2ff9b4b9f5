import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  type ASTVisitor,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import type { Config } from '../config/config.ts';
import { beyondLimit, type QueryLimit } from './beyond-limit.ts';
import { KnownOperationTypesRule } from './known-operation-types.ts';
import { maxRootFields } from './max-root-fields.ts';
import { NoServiceSdlRule } from './no-service-sdl.ts';

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

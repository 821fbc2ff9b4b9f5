import {
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
} from 'graphql';
import type { GatewayContext } from '../context.ts';
import { UnknownValueError, UpstreamError } from '../errors.ts';
import { notePersonalProperty } from '../lookahead/entity-fields.ts';
import { propertyOf } from '../lookahead/property-of.ts';

type GuardedResolver = GraphQLFieldResolver<unknown, GatewayContext, Readonly<Record<string, unknown>>>;

/** Entity that errors of a field name: the row with the field, or the entity that a root field was asked for. */
interface Subject {
  readonly type: string;
  readonly idOf: (source: unknown, args: Readonly<Record<string, unknown>>) => unknown;
}

/** Refusal of a field in one request, with its errors by the ids of rows. */
interface Refusal {
  readonly reason: UpstreamError;
  readonly ofRows: Map<string | null, UnknownValueError>;
}

/**
 * Guards the fields marked with `@personalData` against callers that may not see personal data. The guard is put around each
 * resolver when the schema is built, so that nothing is read for such callers and no resolver can omit it.
 */
export function guardPersonalData(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (!isPersonalData(field)) continue;
      const subject = subjectOf(schema, type, field);
      if (field.resolve === undefined) notePersonalProperty(field);
      field.resolve = field.resolve
        ? guardedResolver(field.resolve, subject)
        : guardedProperty(field.name, subject);
      if (field.subscribe) field.subscribe = guardedResolver(field.subscribe, subject);
    }
  }
}

function isPersonalData({ astNode }: GraphQLField<unknown, unknown>): boolean {
  return astNode?.directives?.some(({ name }) => name.value === 'personalData') ?? false;
}

function subjectOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
): Subject {
  if (type === schema.getQueryType() || type === schema.getSubscriptionType()) {
    return { type: getNamedType(field.type).name, idOf: (_source, { id }) => id };
  }
  return { type: type.name, idOf: idOfSource };
}

function idOfSource(source: unknown): unknown {
  return typeof source === 'object' && source !== null && 'id' in source ? source.id : null;
}

function guardedResolver(resolve: GuardedResolver, subject: Subject): GuardedResolver {
  const guard = guardOf(subject);
  return (source, args, context, info) => {
    if (context.caller?.maySeePersonalData === false) guard(source, args, context);
    return resolve(source, args, context, info);
  };
}

/** Takes no `info`, which the executor would have to make for every row. */
function guardedProperty(name: string, subject: Subject): GuardedResolver {
  const guard = guardOf(subject);
  return (source, args, context) => {
    if (context.caller?.maySeePersonalData === false) guard(source, args, context);
    return typeof source === 'object' && source !== null ? propertyOf(source, name) : undefined;
  };
}

/** Guard that always throws. Unauthenticated callers do not get here: the load rejects them. */
function guardOf({ type, idOf }: Subject) {
  // One refusal per request, so that clients see it once for all rows; and one error per row, for all of its fields.
  const refusals = new WeakMap<GatewayContext, Refusal>();
  return (source: unknown, args: Readonly<Record<string, unknown>>, context: GatewayContext): never => {
    let refusal = refusals.get(context);
    if (refusal === undefined) {
      refusal = { reason: personalDataRefused(context), ofRows: new Map() };
      refusals.set(context, refusal);
    }
    const given = idOf(source, args);
    const id = typeof given === 'string' ? given : null;
    const error = refusal.ofRows.get(id) ?? new UnknownValueError(refusal.reason, type, id);
    refusal.ofRows.set(id, error);
    throw error;
  };
}

/** Error for a caller that may not see personal data. Clients get one error per object, so fields share one. */
export function personalDataRefused({ personalDataScope }: GatewayContext): UpstreamError {
  return new UpstreamError({
    code: 'FORBIDDEN',
    message: `the scope ${JSON.stringify(personalDataScope)} is needed to see personal data`,
  });
}

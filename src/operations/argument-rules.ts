import {
  type GraphQLField,
  GraphQLID,
  type GraphQLInputType,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { idFormOf } from '../datasources/index.ts';
import { NODE_ID, nodeKeyIn, type NodeKinds, nodeKinds } from '../datasources/node-keys.ts';
import { type IdForm, usualId } from '../datasources/wire/ids.ts';
import type { QueryCampaignInteractionsArgs, QueryCampaignsArgs } from '../generated/resolvers.ts';
import { parseCampaignCursor, parseInteractionCursor } from '../connections/cursor.ts';
import { MAX_CAMPAIGN_PAGE } from '../datasources/campaign-pages.ts';
import { campaignFilterKey } from '../connections/campaign-page.ts';
import { DEFAULT_ORDER, MAX_INTERACTIONS } from '../connections/campaign-interaction-page.ts';

export type { NodeKinds } from '../datasources/node-keys.ts';

/** Arguments of a field as the executor passes them to its resolver: coerced by the schema's types. */
export type Arguments = Readonly<Record<string, unknown>>;

interface ConnectionRules {
  readonly maxFirst: number;
  /** Description of a valid `after`, for the error message. */
  readonly cursor: string;
  isCursor(after: string, args: Arguments): boolean;
}

/** Rules of connections, by the type that a field returns. */
const connections: Readonly<Record<string, ConnectionRules>> = {
  CampaignConnection: {
    maxFirst: MAX_CAMPAIGN_PAGE,
    cursor: 'a cursor from a page of campaigns with the same filter',
    isCursor: (after, { filter }: Partial<QueryCampaignsArgs>) =>
      parseCampaignCursor(after)?.filter === campaignFilterKey(filter),
  },
  CampaignInteractionConnection: {
    maxFirst: MAX_INTERACTIONS,
    cursor: 'a cursor from a page of interactions in the same order',
    isCursor: (after, { orderBy }: Partial<QueryCampaignInteractionsArgs>) =>
      parseInteractionCursor(after)?.order === (orderBy ?? DEFAULT_ORDER),
  },
};

/** Maximum elements of a list or characters of a text that fit in the URL of one call, by type and field. */
const limits: Readonly<Record<string, number>> = {
  'CampaignFilter.ids': 100,
  'CampaignFilter.divisionIds': 100,
  'CampaignFilter.name': 256,
};

const NO_NODE_ID = `Argument "${NODE_ID}" must be a nodeId from an answer of this gateway.`;

/** Problems of arguments that the schema's types do not exclude: one sentence each, with argument and allowed values. */
export function argumentProblems(
  field: GraphQLField<unknown, unknown>,
  args: Arguments,
  kinds: NodeKinds = nodeKinds,
): string[] {
  if (NODE_ID in args) return nodeKeyIn(args, kinds) === null ? [NO_NODE_ID] : [];

  const { first, after, maxAgeMs } = args;
  const typeName = getNamedType(field.type).name;
  const problems = field.args.flatMap(({ name, type }) =>
    valueProblems(name, type, args[name], name === 'id' ? idFormOf(typeName) : usualId),
  );
  if (typeof maxAgeMs === 'number' && maxAgeMs < 0) {
    problems.push(`Argument "maxAgeMs" must be 0 or more milliseconds, not ${maxAgeMs}.`);
  }
  const connection = connections[typeName];
  if (connection === undefined) return problems;
  const { maxFirst, cursor } = connection;
  if (typeof first === 'number' && (first < 0 || first > maxFirst)) {
    problems.push(`Argument "first" must be from 0 to ${maxFirst}, not ${first}.`);
  }
  if (typeof after === 'string' && !connection.isCursor(after, args)) {
    problems.push(`Argument "after" must be ${cursor}.`);
  }
  return problems;
}

/** Problems of ids, dates, and limited lists and texts, at any depth of an argument. */
function valueProblems(name: string, type: GraphQLInputType, value: unknown, ids: IdForm): string[] {
  if (value === undefined || value === null) return [];
  if (isNonNullType(type)) return valueProblems(name, type.ofType, value, ids);
  if (isListType(type)) {
    return Array.isArray(value)
      ? value.flatMap((element) => valueProblems(name, type.ofType, element, ids))
      : [];
  }
  if (isInputObjectType(type)) {
    const given = new Map<string, unknown>(Object.entries(value));
    return Object.values(type.getFields()).flatMap((field) => {
      const fieldName = `${name}.${field.name}`;
      const inner = given.get(field.name);
      const length = Array.isArray(inner) || typeof inner === 'string' ? inner.length : 0;
      const limit = limits[`${type.name}.${field.name}`] ?? Infinity;
      return length > limit
        ? [
            `Argument "${fieldName}" must have at most ${limit} ${Array.isArray(inner) ? 'elements' : 'characters'}, not ${length}.`,
          ]
        : valueProblems(fieldName, field.type, inner, ids);
    });
  }
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    return [
      `Argument "${name}" must be an ISO-8601 date and time with an offset, such as "2026-11-22T09:30:00Z".`,
    ];
  }
  return type === GraphQLID && !ids.is(value)
    ? [`Argument "${name}" must be an id, ${ids.rule}, not ${shown(value)}.`]
    : [];
}

/** Beginning of the client's value, enough to find it in the query. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

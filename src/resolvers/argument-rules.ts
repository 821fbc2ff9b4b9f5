import {
  type GraphQLField,
  GraphQLID,
  type GraphQLInputType,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { MAX_CAMPAIGN_PAGE } from '../datasources/campaign-listing.ts';
import { ID_RULE, isId } from '../datasources/wire/ids.ts';
import type { QueryCampaignInteractionsArgs, QueryCampaignsArgs } from '../generated/resolvers.ts';
import { campaignFilterKey } from './campaign-connection.ts';
import { DEFAULT_ORDER, MAX_INTERACTIONS } from './campaign-interaction-connection.ts';
import { parseCampaignCursor, parseInteractionCursor } from './cursor.ts';

/** Arguments of a field as the executor will hand them to its resolver: coerced by the schema's types. */
export type Arguments = Readonly<Record<string, unknown>>;

interface ConnectionRules {
  readonly maxFirst: number;
  /** What `after` has to be. */
  readonly cursor: string;
  isCursor(after: string, args: Arguments): boolean;
}

/** By the type that a field gives. */
const connections: Readonly<Record<string, ConnectionRules>> = {
  CampaignConnection: {
    maxFirst: MAX_CAMPAIGN_PAGE,
    cursor: 'a cursor of campaigns, given under the same filter',
    isCursor: (after, { filter }: Partial<QueryCampaignsArgs>) =>
      parseCampaignCursor(after)?.filter === campaignFilterKey(filter),
  },
  CampaignInteractionConnection: {
    maxFirst: MAX_INTERACTIONS,
    cursor: 'a cursor of interactions, given in the same order',
    isCursor: (after, { orderBy }: Partial<QueryCampaignInteractionsArgs>) =>
      parseInteractionCursor(after)?.order === (orderBy ?? DEFAULT_ORDER),
  },
};

/** The most elements of the lists that go into one call, by type and field. */
const listLimits: Readonly<Record<string, number>> = {
  'CampaignFilter.ids': 100,
  'CampaignFilter.divisionIds': 100,
};

/** What is wrong with a field's arguments beyond what the schema's types say: a sentence each, naming the argument and what is allowed. */
export function argumentProblems(field: GraphQLField<unknown, unknown>, args: Arguments): string[] {
  const { first, after, maxAgeMs } = args;
  const problems = field.args.flatMap(({ name, type }) => valueProblems(name, type, args[name]));
  if (typeof maxAgeMs === 'number' && maxAgeMs < 0) {
    problems.push(`Argument "maxAgeMs" must be 0 or more milliseconds, not ${maxAgeMs}.`);
  }
  const connection = connections[getNamedType(field.type).name];
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

/** Ids and limited lists, wherever in an argument they stand. */
function valueProblems(name: string, type: GraphQLInputType, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (isNonNullType(type)) return valueProblems(name, type.ofType, value);
  if (isListType(type)) {
    return Array.isArray(value) ? value.flatMap((element) => valueProblems(name, type.ofType, element)) : [];
  }
  if (isInputObjectType(type)) {
    const given = new Map<string, unknown>(Object.entries(value));
    return Object.values(type.getFields()).flatMap((field) => {
      const elements = given.get(field.name);
      const limit = listLimits[`${type.name}.${field.name}`];
      return limit !== undefined && Array.isArray(elements) && elements.length > limit
        ? [`Argument "${name}.${field.name}" must have at most ${limit} elements, not ${elements.length}.`]
        : valueProblems(`${name}.${field.name}`, field.type, elements);
    });
  }
  return type === GraphQLID && !isId(value)
    ? [`Argument "${name}" must be an id, ${ID_RULE}, not ${shown(value)}.`]
    : [];
}

/** What the client sent, as far as it helps to find it. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

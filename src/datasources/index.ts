import { campaignInteractions } from './campaign-interactions.ts';
import { campaignProgress } from './campaign-progress.ts';
import { campaignStats } from './campaign-stats.ts';
import { campaignStatsById } from './campaign-stats-by-id.ts';
import { campaigns } from './campaigns.ts';
import { contactLists } from './contact-lists.ts';
import { contactsResource } from './contacts.ts';
import { conversations } from './conversations.ts';
import { divisions } from './divisions.ts';
import { queues } from './queues.ts';
import type { Resource, ScopedResource } from './resource.ts';
import { scripts } from './scripts.ts';
import { skills } from './skills.ts';
import { users } from './users.ts';
import { type IdForm, usualId } from './wire/ids.ts';
import { wrapUpCodes } from './wrap-up-codes.ts';

/**
 * Registry of the REST resources that load entities by id, each under its own name. Everything that depends on which
 * resources there are is derived from it. Cardinalities are listed in this order.
 */
export const resources = {
  campaigns,
  campaignInteractions,
  campaignProgress,
  campaignStats,
  campaignStatsById,
  contactLists,
  contacts: contactsResource,
  divisions,
  queues,
  scripts,
  skills,
  conversations,
  users,
  wrapUpCodes,
} as const;

/** The registry, or a copy with further resources. */
export type Registry = typeof resources;
export type AnyResource = Registry[keyof Registry];

/** Resources of a registry, of which a copy may have more than the type says. */
export function resourcesOf(
  registry: Registry,
): readonly (Resource<object, string> | ScopedResource<object>)[] {
  return Object.values(registry);
}

/** Root field that gives an entity of the resource by its id. */
export type RootOf<Each> = Each extends { readonly root: infer Root extends string } ? Root : never;

const idForms = new Map(resourcesOf(resources).map(({ type, ids }) => [type, ids]));

/** Form of the ids of a GraphQL type. */
export function idFormOf(type: string): IdForm {
  return idForms.get(type) ?? usualId;
}

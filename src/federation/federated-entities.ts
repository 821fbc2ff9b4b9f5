import type { GraphQLResolveInfo } from 'graphql';
import type { GatewayContext } from '../context.ts';
import { campaigns } from '../datasources/campaigns.ts';
import { campaignInteractions } from '../datasources/campaign-interactions.ts';
import { contactLists } from '../datasources/contact-lists.ts';
import { contactIn, contactsResource } from '../datasources/contacts.ts';
import { divisions } from '../datasources/divisions.ts';
import type { DataSources } from '../loading/data-sources.ts';
import type { EntityLoader } from '../loading/entity-loader.ts';
import { queues } from '../datasources/queues.ts';
import { scripts } from '../datasources/scripts.ts';
import { skills } from '../datasources/skills.ts';
import { users } from '../datasources/users.ts';
import { PlainReference } from '../datasources/wire/reference.ts';
import { wrapUpCodes } from '../datasources/wrap-up-codes.ts';
import { campaignInteractionNamed } from '../resolvers/campaign-interaction-connection.ts';
import type { LoadedResource } from '../lookahead/entity-fields.ts';
import type { LookaheadNode } from '../lookahead/selection-tree.ts';
import type { FieldTrace } from '../upstream/trace.ts';
import { entityKeys, type EntityType } from './entity-keys.ts';
import type { Representation } from './representations.ts';

type EntityKey = Pick<Representation, 'id' | 'scope'>;

/** Source of the entities of one type. */
export interface FederatedEntity {
  /** Resource that is called; where `isListed`, one call loads the list of all entities of a scope. */
  readonly resource: LoadedResource;
  readonly isListed?: true;
  /** True when callers that may not see personal data get no such entity. */
  readonly isPersonal?: true;
  /** Null when the upstream does not know the entity. Rejects with an `UnknownValueError`. */
  load(
    key: EntityKey,
    expand: readonly string[],
    field: FieldTrace | null,
    context: GatewayContext,
    info: GraphQLResolveInfo,
  ): Promise<object | null>;
  /** Object made of the key alone, without a call. Absent where a key does not suffice for an object of the type. */
  readonly reference?: (key: EntityKey) => object;
}

function federatedById<Entity extends object, Expand extends string>(
  resource: LoadedResource,
  loaderOf: (sources: DataSources) => EntityLoader<Entity, Expand>,
): FederatedEntity {
  return {
    resource,
    load({ id }, expand, field, { sources }) {
      const loader = loaderOf(sources);
      return loader.load(
        id,
        loader.expand.filter((part) => expand.includes(part)),
        Infinity,
        field,
      );
    },
    reference: ({ id }) => new PlainReference(id, null, null),
  };
}

export const federatedEntities: Readonly<Record<EntityType, FederatedEntity>> = {
  Campaign: federatedById(campaigns, (sources) => sources.campaigns),
  CampaignInteraction: {
    resource: campaignInteractions,
    isListed: true,
    load: ({ scope, id }, _parts, _field, context, info) =>
      campaignInteractionNamed(scope, id, context, info),
  },
  Contact: {
    resource: contactsResource,
    isPersonal: true,
    load: ({ scope, id }, _parts, field, { sources }) => sources.contacts.named(scope, id, field),
    reference: ({ scope, id }) => contactIn(scope, id),
  },
  ContactList: federatedById(contactLists, (sources) => sources.contactLists),
  Division: federatedById(divisions, (sources) => sources.divisions),
  Queue: federatedById(queues, (sources) => sources.queues),
  Script: federatedById(scripts, (sources) => sources.scripts),
  Skill: federatedById(skills, (sources) => sources.skills),
  User: federatedById(users, (sources) => sources.users),
  WrapUpCode: federatedById(wrapUpCodes, (sources) => sources.wrapUpCodes),
};

/**
 * True when the selection needs the entities themselves. Their keys are known, and fields with calls of their own, such as a
 * campaign's statistics, need only the key.
 */
export function isLoadNeeded(type: EntityType, { requirements, properties }: LookaheadNode): boolean {
  const { resource, reference } = federatedEntities[type];
  const key: readonly string[] = entityKeys[type];
  return (
    reference === undefined ||
    requirements.some((requirement) => requirement.resource.name === resource.name) ||
    properties.some((name) => !key.includes(name))
  );
}

import { readFileSync } from 'node:fs';
import type { Memoization } from '../../src/executor/memoized-answers.ts';
import {
  campaignOf,
  contactOf,
  dateOf,
  queueOf,
  scriptOf,
  skillOf,
  userOf,
} from '../contenders/hand-written/project.ts';
import {
  type Campaign,
  type Contact,
  disposition,
  type Interaction,
  type Page,
  pageOf,
  type Queue,
  type Ref,
  type Script,
  type Skill,
  type User,
} from '../contenders/shared/values.ts';
import { campaignIds, namedCampaignIds } from '../upstream/campaigns.ts';
import { type PreparedEntities, prepareAnswers } from '../upstream/prepared-answers.ts';

/*
 * Sources of the kinds that the gateway's executor meets: rows are read by getters, references are objects of one class, and
 * resolvers find what a reference does not say in entities that were loaded before.
 */

const answers = prepareAnswers();

export function gatewaySdl(): string {
  return readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
}

export function detailedPage(): object {
  return pageWith(campaignIds[0]);
}

/** Page in which every reference has a name. */
export function namedPage(): object {
  return pageWith(namedCampaignIds[0]);
}

class Reference {
  readonly id: string;
  readonly ownName: string | null;

  constructor(id: string, ownName: string | null) {
    this.id = id;
    this.ownName = ownName;
  }
}

/** Contacts are not interchangeable by their ids alone, so the gateway has another class for them. */
class ContactReference extends Reference {}

/** Rules as the gateway has them for its references. */
export const memoization: Memoization<Reference> = {
  isMemoizable: (source): source is Reference =>
    source instanceof Reference && !(source instanceof ContactReference),
  keyOf: ({ id }) => id,
  areAlike: (source, other) => source.id === other.id && source.ownName === other.ownName,
};

type Details = Readonly<Record<string, unknown>>;
type DetailResolver = (source: Reference) => unknown;

/** Resolvers of everything that a reference does not say, by type and field. */
export function detailResolvers(): Record<string, Record<string, DetailResolver>> {
  return {
    Campaign: resolversFor(read<Campaign>(answers.campaigns), campaignOf),
    User: resolversFor(read<User>(answers.users), userOf),
    Queue: resolversFor(read<Queue>(answers.queues), queueOf),
    Contact: resolversFor(
      new Map([...answers.contacts.values()].flatMap((ofList) => [...read<Contact>(ofList)])),
      contactOf,
    ),
    Script: resolversFor(read<Script>(answers.scripts), scriptOf),
    Skill: resolversFor(read<Skill>(answers.skills), skillOf),
  };
}

/** Resolvers that find fields in entities as `project` gives them. */
function resolversFor<Entity extends Ref>(
  entities: ReadonlyMap<string, Entity>,
  project: (ref: Ref, entity: Entity) => Details | undefined,
): Record<string, DetailResolver> {
  const details = new Map([...entities].map(([id, entity]) => [id, project({ id }, entity) ?? {}]));
  const names = Object.keys(details.values().next().value ?? {});
  const byName: Record<string, DetailResolver> = Object.fromEntries(
    names.map((name) => [name, ({ id }: Reference) => details.get(id)?.[name]]),
  );
  const { id: _id, ...resolvers } = byName;
  const name: DetailResolver = (source) => source.ownName ?? details.get(source.id)?.['name'];
  return { ...resolvers, name };
}

function pageWith(id: string | undefined): object {
  const page: Page = pageOf(JSON.parse(String(answers.interactions.get(id ?? ''))), 100, null);
  return { ...page, nodes: page.nodes.map((row) => new InteractionRecord(row)) };
}

class InteractionRecord {
  readonly #row: Interaction;

  constructor(row: Interaction) {
    this.#row = row;
  }

  get id() {
    return this.#row.id;
  }
  get state() {
    return this.#row.state;
  }
  get creationTime() {
    return dateOf(this.#row.creationTime);
  }
  get callPlacedTime() {
    return dateOf(this.#row.callPlacedTime);
  }
  get disposition() {
    return disposition(this.#row.disposition);
  }
  get dispositionCode() {
    return this.#row.disposition;
  }
  get destinationAddress() {
    return this.#row.destinationAddress;
  }
  get dialingMode() {
    return this.#row.dialingMode?.toUpperCase();
  }
  get campaign() {
    return referenceFrom(this.#row.campaign);
  }
  get agent() {
    return referenceFrom(this.#row.agent);
  }
  get queue() {
    return referenceFrom(this.#row.queue);
  }
  get contact() {
    const { contact } = this.#row;
    return contact && new ContactReference(contact.id, contact.name ?? null);
  }
  get script() {
    return referenceFrom(this.#row.script);
  }
  get skills() {
    return this.#row.skills?.map(referenceFrom);
  }
}

function referenceFrom(ref: Ref | undefined): Reference | undefined {
  return ref && new Reference(ref.id, ref.name ?? null);
}

function read<Entity>(prepared: PreparedEntities): Map<string, Entity> {
  return new Map([...prepared].map(([id, { bytes }]) => [id, JSON.parse(bytes.toString())]));
}

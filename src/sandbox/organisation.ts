import type { Models } from 'purecloud-platform-client-v2';

import type { Outcomes } from './count-outcomes.ts';

/** A user in an answer: the manager is a reference, although the vendor's type declares a whole user. */
export type OrganisationUser = Omit<Models.User, 'manager'> & { manager?: Models.DomainEntityRef };

/**
 * Everything the sandbox can answer with, as plain data. Values that change over time are functions of the moment
 * (milliseconds since 1970), so an answer never depends on earlier requests.
 *
 * `presence`, `routingStatus` and `skills` of a user are left out of answers unless expanded; `size` of a contact list,
 * unless requested. A contact list without `size` gets the number of its contacts.
 */
export interface Organisation {
  readonly id: string;
  readonly name: string;
  readonly divisions: readonly Models.AuthzDivision[];
  readonly users: readonly OrganisationUser[];
  /** The user with presence and routing status at a moment. */
  readonly userAt: (user: OrganisationUser, atMs: number) => OrganisationUser;
  readonly queues: readonly Models.Queue[];
  /** The queue with its members at a moment. */
  readonly queueAt: (queue: Models.Queue, atMs: number) => Models.Queue;
  readonly skills: readonly Models.RoutingSkill[];
  readonly scripts: readonly Models.Script[];
  readonly wrapUpCodes: readonly Models.WrapupCode[];
  readonly contactLists: readonly Models.ContactList[];
  /** Contact list id → contact id → contact. */
  readonly contacts: ReadonlyMap<string, ReadonlyMap<string, Models.DialerContact>>;
  /** The contact with its call records at a moment. */
  readonly contactAt: (contact: Models.DialerContact, atMs: number) => Models.DialerContact;
  readonly campaigns: readonly Models.Campaign[];
  readonly progress: (campaignId: string, atMs: number) => Models.CampaignProgress | undefined;
  readonly stats: (campaignId: string, atMs: number) => Models.CampaignPerformanceData | undefined;
  /** What became of a campaign's calls. Where it is missing, it is worked out from `progress` and `stats`. */
  readonly outcomes?: (campaignId: string, atMs: number) => Outcomes | undefined;
  /** Undefined is answered with 404, so a campaign that does not run gives an object without lists. */
  readonly interactions: (campaignId: string, atMs: number) => Models.CampaignInteractions | undefined;
  readonly conversations: (conversationId: string, atMs: number) => Models.Conversation | undefined;
}

/** An organisation without data, to spread into a handmade one: `{ ...emptyOrganisation(), users }`. */
export function emptyOrganisation(): Organisation {
  return {
    id: '00000000-0000-4000-8000-000000000000',
    name: 'Empty organisation',
    divisions: [],
    users: [],
    userAt: (user) => user,
    queues: [],
    queueAt: (queue) => queue,
    skills: [],
    scripts: [],
    wrapUpCodes: [],
    contactLists: [],
    contacts: new Map(),
    contactAt: (contact) => contact,
    campaigns: [],
    progress: () => undefined,
    stats: () => undefined,
    interactions: () => undefined,
    conversations: () => undefined,
  };
}

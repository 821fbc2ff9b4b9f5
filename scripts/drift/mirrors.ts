import type { Resolvers } from '../../src/generated/resolvers.ts';
import type { FormsOf, ModelName, VendorModels } from './vendor-models.ts';

/** The SDL's object types but the roots, pages and what is not made of fields: those that show something of the vendor's. */
export type MirroringType = Exclude<
  keyof Resolvers,
  | 'DateTime'
  | 'Disposition'
  | 'DomainEntity'
  | 'JSON'
  | 'PageInfo'
  | 'Query'
  | `${string}Connection`
  | `${string}Edge`
>;

/** Where the value of a field is found, if not in the property of its name. */
export type Source =
  | string
  /** In another model; `alsoRead` has the way there, where the vendor declares one. */
  | { readonly model: ModelName; readonly property: string }
  /** A reference whose parts are properties. */
  | { readonly id: string; readonly name?: string; readonly selfUri?: string }
  /** A list made of a map's values. */
  | { readonly valuesOf: string };

export interface Mirror {
  /** All models that the type's objects are read of; each has all of its fields. */
  readonly models: readonly ModelName[];
  /** Comes whole within other objects, where a mere reference will not do. */
  readonly inlined?: true;
  readonly found?: Readonly<Record<string, Source>>;
  /** Fields that are the gateway's own, each with what it is made of. */
  readonly ours?: Readonly<Record<string, string>>;
}

/**
 * Which of the vendor's models each type of the schema mirrors. A field that is said nothing of mirrors the property of its
 * name. `test/unit/types/mirrors-contract.ts` holds this against the schema and the SDK's types, `npm run drift` against the
 * SDK's text. Where an entry is missing here, add it first: the other errors follow from that one. Values of enums cannot be
 * held against anything: the SDK declares them as strings and lists them nowhere.
 */
export const mirrors = {
  CallRecord: {
    models: ['CallRecord'],
    inlined: true,
    ours: { column: "the record's key in the map that is made a list" },
  },
  Campaign: {
    models: ['Campaign'],
    ours: {
      interactions: 'a call of its own: CampaignInteractions',
      progress: 'a call of its own: CampaignProgress',
      stats: 'a call of its own: CampaignPerformanceData',
    },
  },
  CampaignInteraction: {
    models: ['CampaignInteraction'],
    found: { dispositionCode: 'disposition' },
    ours: {
      campaignId: 'the campaign that was asked for',
      state: 'which list of CampaignInteractions the row stands in',
    },
  },
  CampaignProgress: { models: ['CampaignProgress'] },
  CampaignStats: {
    models: ['CampaignPerformanceData'],
    found: {
      // The type of this answer declares no more than the ratio; the others are those of a single campaign's statistics.
      attempts: { model: 'ConnectRate', property: 'attempts' },
      connects: { model: 'ConnectRate', property: 'connects' },
      connectRatio: { model: 'CampaignPerformanceDataContactRate', property: 'connectRatio' },
    },
  },
  Contact: {
    models: ['DialerContact'],
    found: { callRecords: { valuesOf: 'callRecords' }, contactList: { id: 'contactListId' } },
  },
  ContactList: { models: ['ContactList'] },
  // Inlined in an interaction, and read by itself.
  Conversation: { models: ['ConversationBasic', 'Conversation'], inlined: true },
  // Within other entities, and read by itself.
  Division: { models: ['Division', 'AuthzDivision'] },
  Participant: {
    models: ['ParticipantBasic', 'Participant'],
    inlined: true,
    found: { queue: { id: 'queueId', name: 'queueName' }, user: { id: 'userId' } },
  },
  Queue: { models: ['Queue'] },
  RoutingStatus: { models: ['RoutingStatus'], inlined: true },
  Script: { models: ['Script'] },
  Skill: { models: ['RoutingSkill'] },
  User: { models: ['User'] },
  UserPresence: {
    models: ['UserPresence'],
    inlined: true,
    found: { systemPresence: { model: 'PresenceDefinition', property: 'systemPresence' } },
  },
  UserSkill: {
    models: ['UserRoutingSkill'],
    inlined: true,
    found: { skill: { id: 'id', name: 'name', selfUri: 'skillUri' } },
  },
  WrapUpCode: { models: ['WrapupCode'] },
  Wrapup: { models: ['Wrapup'], inlined: true, found: { code: { id: 'code', name: 'name' } } },
} as const satisfies Readonly<Record<MirroringType, Mirror>>;

type Reads = {
  readonly [Name in ModelName]?: {
    readonly [Property in keyof VendorModels[Name]]?: FormsOf<NonNullable<VendorModels[Name][Property]>>;
  };
};

/** What the gateway reads although no field shows it: envelopes, ids by which rows are matched, ways to other objects. */
export const alsoRead = {
  AuthzDivisionEntityListing: { entities: 'Array<Models.AuthzDivision>', total: 'number' },
  CallbackBasic: { dialerPreview: 'Models.DialerPreview' },
  CampaignEntityListing: {
    entities: 'Array<Models.Campaign>',
    total: 'number',
    nextUri: 'string',
    pageNumber: 'number',
    pageCount: 'number',
  },
  CampaignInteractions: {
    campaign: 'reference',
    pendingInteractions: 'Array<Models.CampaignInteraction>',
    proceedingInteractions: 'Array<Models.CampaignInteraction>',
    previewingInteractions: 'Array<Models.CampaignInteraction>',
    interactingInteractions: 'Array<Models.CampaignInteraction>',
    scheduledInteractions: 'Array<Models.CampaignInteraction>',
  },
  CampaignPerformanceData: {
    campaign: 'reference',
    contactRate: 'Models.CampaignPerformanceDataContactRate',
  },
  CampaignPerformanceDataListing: { entities: 'Array<Models.CampaignPerformanceData>' },
  CampaignProgress: { campaign: 'reference' },
  ContactListEntityListing: { entities: 'Array<Models.ContactList>', total: 'number' },
  DialerPreview: { contactId: 'string', contactListId: 'string' },
  DomainEntityRef: { id: 'string', name: 'string', selfUri: 'string' },
  ErrorBody: { contextId: 'string', message: 'string', messageParams: 'object' },
  ParticipantBasic: { callbacks: 'Array<Models.CallbackBasic>' },
  QueueEntityListing: { entities: 'Array<Models.Queue>', total: 'number' },
  SkillEntityListing: { entities: 'Array<Models.RoutingSkill>', total: 'number' },
  UserEntityListing: { entities: 'Array<Models.User>', total: 'number' },
  UserPresence: { presenceDefinition: 'Models.PresenceDefinition' },
  WrapupCodeEntityListing: { entities: 'Array<Models.WrapupCode>', total: 'number' },
} as const satisfies Reads;

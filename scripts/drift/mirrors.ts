import type { Resolvers } from '../../src/generated/resolvers.ts';
import type { FormsOf, ModelName, VendorModels } from './vendor-models.ts';

/** Object types of the SDL that mirror vendor models: all except the root and the types of connections. */
export type MirroringType = Exclude<
  keyof Resolvers,
  | 'DateTime'
  | 'Disposition'
  | 'DomainEntity'
  | 'JSON'
  | 'Node'
  | 'PageInfo'
  | 'Query'
  | `${string}Connection`
  | `${string}Edge`
>;

/** Source of a field's value, when it is not the property of its name. */
export type Source =
  | string
  /** Property of another model; `alsoRead` has the path to it, if the vendor declares one. */
  | { readonly model: ModelName; readonly property: string }
  /** A reference whose parts are properties. */
  | { readonly id: string; readonly name?: string; readonly selfUri?: string }
  /** A list made of a map's values. */
  | { readonly valuesOf: string };

export interface Mirror {
  /** All models that the type is read from; each has all of its fields. */
  readonly models: readonly ModelName[];
  /** True when other objects contain the whole object; a mere reference is not enough. */
  readonly inlined?: true;
  readonly found?: Readonly<Record<string, Source>>;
  /** The gateway's own fields, each with its origin. */
  readonly ours?: Readonly<Record<string, string>>;
}

/**
 * Vendor models that each type of the schema mirrors. A field without an entry mirrors the property of its name.
 * `test/unit/types/mirrors-contract.ts` checks this against the schema and the SDK's types, `npm run drift` against the
 * SDK's text. Add a missing entry here first: the other errors follow from it. Values of enums cannot be checked: the SDK
 * declares them as strings and lists them nowhere.
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
      connectRatio: { model: 'CampaignPerformanceDataContactRate', property: 'connectRatio' },
      // These come from the statistics of a single campaign.
      attempts: { model: 'ConnectRate', property: 'attempts' },
      connects: { model: 'ConnectRate', property: 'connects' },
      validAttempts: { model: 'CampaignStats', property: 'validAttempts' },
      timeZoneRescheduledCalls: { model: 'CampaignStats', property: 'timeZoneRescheduledCalls' },
      filteredOutContactsCount: { model: 'CampaignStats', property: 'filteredOutContactsCount' },
      linesUtilization: { model: 'CampaignStats', property: 'linesUtilization' },
      successCount: { model: 'CampaignBusinessCategoryMetrics', property: 'successCount' },
      neutralCount: { model: 'CampaignBusinessCategoryMetrics', property: 'neutralCount' },
      failureCount: { model: 'CampaignBusinessCategoryMetrics', property: 'failureCount' },
    },
  },
  Contact: {
    models: ['DialerContact'],
    found: { callRecords: { valuesOf: 'callRecords' }, contactList: { id: 'contactListId' } },
  },
  ContactList: { models: ['ContactList'] },
  // ConversationBasic is inlined in an interaction, Conversation is read by itself.
  Conversation: { models: ['ConversationBasic', 'Conversation'], inlined: true },
  // Division is part of other entities, AuthzDivision is read by itself.
  Division: { models: ['Division', 'AuthzDivision'] },
  LinesUtilization: { models: ['CampaignLinesUtilization'], inlined: true },
  Participant: {
    models: ['ParticipantBasic', 'Participant'],
    inlined: true,
    found: { queue: { id: 'queueId', name: 'queueName' }, user: { id: 'userId', selfUri: 'userUri' } },
  },
  Queue: { models: ['Queue'] },
  RoutingStatus: { models: ['RoutingStatus'], inlined: true, found: { statusCode: 'status' } },
  Script: { models: ['Script'] },
  Skill: { models: ['RoutingSkill'] },
  User: { models: ['User'] },
  UserPresence: {
    models: ['UserPresence'],
    inlined: true,
    found: {
      systemPresence: { model: 'PresenceDefinition', property: 'systemPresence' },
      systemPresenceCode: { model: 'PresenceDefinition', property: 'systemPresence' },
    },
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

/** Properties of a listing that tell whether it is cut. */
const envelope = {
  total: 'number',
  pageSize: 'number',
  pageNumber: 'number',
  pageCount: 'number',
  nextUri: 'string',
} as const;

/** Properties that the gateway reads although no field shows them: envelopes, ids for matching rows, paths to objects. */
export const alsoRead = {
  AuthzDivisionEntityListing: { entities: 'Array<Models.AuthzDivision>', ...envelope },
  CallbackBasic: { dialerPreview: 'Models.DialerPreview' },
  CampaignEntityListing: {
    entities: 'Array<Models.Campaign>',
    ...envelope,
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
  CampaignStats: {
    contactRate: 'Models.ConnectRate',
    businessCategoryMetrics: 'Models.CampaignBusinessCategoryMetrics',
  },
  ContactListEntityListing: { entities: 'Array<Models.ContactList>', ...envelope },
  DialerPreview: { contactId: 'string', contactListId: 'string' },
  DomainEntityRef: { id: 'string', name: 'string', selfUri: 'string' },
  ErrorBody: { code: 'string', contextId: 'string', message: 'string', messageParams: 'object' },
  ParticipantBasic: { callbacks: 'Array<Models.CallbackBasic>' },
  QueueEntityListing: { entities: 'Array<Models.Queue>', ...envelope },
  SkillEntityListing: { entities: 'Array<Models.RoutingSkill>', ...envelope },
  UserEntityListing: { entities: 'Array<Models.User>', ...envelope },
  UserPresence: { presenceDefinition: 'Models.PresenceDefinition' },
  WrapupCodeEntityListing: { entities: 'Array<Models.WrapupCode>', ...envelope },
} as const satisfies Reads;

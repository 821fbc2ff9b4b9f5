import type { Models } from 'purecloud-platform-client-v2';

/** Vendor models that the gateway reads, by name, because a namespace of types cannot be indexed. */
export interface VendorModels {
  AuthzDivision: Models.AuthzDivision;
  AuthzDivisionEntityListing: Models.AuthzDivisionEntityListing;
  CallRecord: Models.CallRecord;
  CallbackBasic: Models.CallbackBasic;
  Campaign: Models.Campaign;
  CampaignBusinessCategoryMetrics: Models.CampaignBusinessCategoryMetrics;
  CampaignEntityListing: Models.CampaignEntityListing;
  CampaignInteraction: Models.CampaignInteraction;
  CampaignInteractions: Models.CampaignInteractions;
  CampaignLinesUtilization: Models.CampaignLinesUtilization;
  CampaignPerformanceData: Models.CampaignPerformanceData;
  CampaignPerformanceDataContactRate: Models.CampaignPerformanceDataContactRate;
  CampaignPerformanceDataListing: Models.CampaignPerformanceDataListing;
  CampaignProgress: Models.CampaignProgress;
  CampaignStats: Models.CampaignStats;
  ConnectRate: Models.ConnectRate;
  ContactList: Models.ContactList;
  ContactListEntityListing: Models.ContactListEntityListing;
  Conversation: Models.Conversation;
  ConversationBasic: Models.ConversationBasic;
  DialerContact: Models.DialerContact;
  DialerPreview: Models.DialerPreview;
  Division: Models.Division;
  DomainEntityRef: Models.DomainEntityRef;
  ErrorBody: Models.ErrorBody;
  Participant: Models.Participant;
  ParticipantBasic: Models.ParticipantBasic;
  PresenceDefinition: Models.PresenceDefinition;
  Queue: Models.Queue;
  QueueEntityListing: Models.QueueEntityListing;
  RoutingSkill: Models.RoutingSkill;
  RoutingStatus: Models.RoutingStatus;
  Script: Models.Script;
  SkillEntityListing: Models.SkillEntityListing;
  User: Models.User;
  UserEntityListing: Models.UserEntityListing;
  UserPresence: Models.UserPresence;
  UserRoutingSkill: Models.UserRoutingSkill;
  Wrapup: Models.Wrapup;
  WrapupCode: Models.WrapupCode;
  WrapupCodeEntityListing: Models.WrapupCodeEntityListing;
}

export type ModelName = keyof VendorModels;

/**
 * Forms in which a value of a vendor type can be read: as the SDK declares it, as `reference` when it has an id, and as
 * `object` for any object. `find-faults.ts` does the same for types as text.
 */
export type FormsOf<Value> = 0 extends 1 & Value
  ? 'any'
  : Value extends string
    ? 'string'
    : Value extends number
      ? 'number'
      : Value extends boolean
        ? 'boolean'
        : Value extends readonly (infer Element)[]
          ? `Array<${FormsOf<Element>}>`
          : 'object' | NameOf<Value> | MapForms<Value> | ReferenceForm<Value>;

type MapForms<Value> = string extends keyof Value
  ? `{ [key: string]: ${FormsOf<Value[keyof Value & string]>}; }`
  : never;

type ReferenceForm<Value> = Value extends { readonly id?: string }
  ? 'id' extends keyof Value
    ? 'reference'
    : never
  : never;

/** All matching names: models that declare the same properties cannot be told apart. */
type NameOf<Value> = {
  [Name in ModelName]: [Required<Value>] extends [Required<VendorModels[Name]>]
    ? [Required<VendorModels[Name]>] extends [Required<Value>]
      ? `Models.${Name}`
      : never
    : never;
}[ModelName];

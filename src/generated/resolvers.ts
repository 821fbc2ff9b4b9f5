import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Reference } from '../datasources/wire/reference.ts';
import type { CampaignPage } from '../connections/campaign-page.ts';
import type { CampaignInteractionRecord } from '../datasources/campaign-interactions.ts';
import type { CampaignInteractionPage } from '../connections/campaign-interaction-page.ts';
import type { CampaignProgressRecord } from '../datasources/campaign-progress.ts';
import type { CampaignFigures } from '../datasources/campaign-figures.ts';
import type { CallRecordRecord, ContactReference } from '../datasources/contacts.ts';
import type { ConversationRecord, ParticipantRecord, WrapupRecord } from '../datasources/conversations.ts';
import type { DispositionValue } from '../datasources/disposition.ts';
import type { LinesUtilizationRecord } from '../datasources/campaign-stats-by-id.ts';
import type { RoutingStatusRecord, UserPresenceRecord, UserSkillRecord } from '../datasources/users.ts';
import type { GatewayContext } from '../context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  DateTime: { input: Date; output: string; }
  JSON: { input: unknown; output: object; }
};

export type CallRecord = {
  __typename?: 'CallRecord';
  column: Scalars['String']['output'];
  lastAttempt?: Maybe<Scalars['DateTime']['output']>;
  lastResult?: Maybe<Scalars['String']['output']>;
};

export type Campaign = DomainEntity & Node & {
  __typename?: 'Campaign';
  callerAddress?: Maybe<Scalars['String']['output']>;
  callerName?: Maybe<Scalars['String']['output']>;
  campaignStatus?: Maybe<CampaignStatus>;
  contactList?: Maybe<ContactList>;
  dateCreated?: Maybe<Scalars['DateTime']['output']>;
  dateModified?: Maybe<Scalars['DateTime']['output']>;
  dialingMode?: Maybe<DialingMode>;
  division?: Maybe<Division>;
  id: Scalars['ID']['output'];
  interactions?: Maybe<CampaignInteractionConnection>;
  name?: Maybe<Scalars['String']['output']>;
  nodeId: Scalars['ID']['output'];
  progress?: Maybe<CampaignProgress>;
  queue?: Maybe<Queue>;
  script?: Maybe<Script>;
  selfUri?: Maybe<Scalars['String']['output']>;
  stats?: Maybe<CampaignStats>;
};


export type CampaignInteractionsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<CampaignInteractionFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  maxAgeMs?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<CampaignInteractionOrder>;
};

export type CampaignConnection = {
  __typename?: 'CampaignConnection';
  edges: Array<CampaignEdge>;
  nodes: Array<Campaign>;
  pageInfo: PageInfo;
  totalCount?: Maybe<Scalars['Int']['output']>;
};

export type CampaignEdge = {
  __typename?: 'CampaignEdge';
  cursor: Scalars['String']['output'];
  node: Campaign;
};

export type CampaignFilter = {
  contactListId?: InputMaybe<Scalars['ID']['input']>;
  divisionIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  ids?: InputMaybe<Array<Scalars['ID']['input']>>;
  name?: InputMaybe<Scalars['String']['input']>;
  queueId?: InputMaybe<Scalars['ID']['input']>;
};

export type CampaignInteraction = Node & {
  __typename?: 'CampaignInteraction';
  activePreviewCall?: Maybe<Scalars['Boolean']['output']>;
  agent?: Maybe<User>;
  callPlacedTime?: Maybe<Scalars['DateTime']['output']>;
  callRoutedTime?: Maybe<Scalars['DateTime']['output']>;
  callerAddress?: Maybe<Scalars['String']['output']>;
  callerName?: Maybe<Scalars['String']['output']>;
  campaign?: Maybe<Campaign>;
  campaignId: Scalars['ID']['output'];
  contact?: Maybe<Contact>;
  conversation?: Maybe<Conversation>;
  creationTime?: Maybe<Scalars['DateTime']['output']>;
  destinationAddress?: Maybe<Scalars['String']['output']>;
  dialerSystemParticipantId?: Maybe<Scalars['String']['output']>;
  dialingMode?: Maybe<Scalars['String']['output']>;
  disposition?: Maybe<Disposition>;
  dispositionCode?: Maybe<Scalars['String']['output']>;
  id: Scalars['ID']['output'];
  lastActivePreviewWrapupTime?: Maybe<Scalars['DateTime']['output']>;
  nodeId: Scalars['ID']['output'];
  previewConnectedTime?: Maybe<Scalars['DateTime']['output']>;
  previewPopDeliveredTime?: Maybe<Scalars['DateTime']['output']>;
  queue?: Maybe<Queue>;
  script?: Maybe<Script>;
  skills?: Maybe<Array<Skill>>;
  state: CampaignInteractionState;
};

export type CampaignInteractionConnection = {
  __typename?: 'CampaignInteractionConnection';
  edges: Array<CampaignInteractionEdge>;
  nodes: Array<CampaignInteraction>;
  observedAt: Scalars['DateTime']['output'];
  pageInfo: PageInfo;
  totalCount: Scalars['Int']['output'];
};

export type CampaignInteractionEdge = {
  __typename?: 'CampaignInteractionEdge';
  cursor: Scalars['String']['output'];
  node: CampaignInteraction;
};

export type CampaignInteractionFilter = {
  activePreviewCall?: InputMaybe<Scalars['Boolean']['input']>;
  agentIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  createdAfter?: InputMaybe<Scalars['DateTime']['input']>;
  createdBefore?: InputMaybe<Scalars['DateTime']['input']>;
  dispositions?: InputMaybe<Array<Disposition>>;
  queueIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  skillIds?: InputMaybe<Array<Scalars['ID']['input']>>;
  states?: InputMaybe<Array<CampaignInteractionState>>;
};

export type CampaignInteractionOrder =
  | 'CREATION_TIME_ASC'
  | 'CREATION_TIME_DESC';

export type CampaignInteractionState =
  | 'INTERACTING'
  | 'PENDING'
  | 'PREVIEWING'
  | 'PROCEEDING'
  | 'SCHEDULED';

export type CampaignProgress = {
  __typename?: 'CampaignProgress';
  numberOfContactsCalled?: Maybe<Scalars['Int']['output']>;
  percentage?: Maybe<Scalars['Float']['output']>;
  totalNumberOfContacts?: Maybe<Scalars['Int']['output']>;
};

export type CampaignStats = {
  __typename?: 'CampaignStats';
  adjustedCallsPerAgent?: Maybe<Scalars['Float']['output']>;
  attempts?: Maybe<Scalars['Int']['output']>;
  connectRatio?: Maybe<Scalars['Float']['output']>;
  connects?: Maybe<Scalars['Int']['output']>;
  effectiveIdleAgents?: Maybe<Scalars['Float']['output']>;
  failureCount?: Maybe<Scalars['Int']['output']>;
  filteredOutContactsCount?: Maybe<Scalars['Int']['output']>;
  idleAgents?: Maybe<Scalars['Float']['output']>;
  linesUtilization?: Maybe<LinesUtilization>;
  neutralCount?: Maybe<Scalars['Int']['output']>;
  outstandingCalls?: Maybe<Scalars['Int']['output']>;
  rightPartyContactsCount?: Maybe<Scalars['Int']['output']>;
  scheduledCalls?: Maybe<Scalars['Int']['output']>;
  successCount?: Maybe<Scalars['Int']['output']>;
  timeZoneRescheduledCalls?: Maybe<Scalars['Int']['output']>;
  validAttempts?: Maybe<Scalars['Int']['output']>;
};

export type CampaignStatus =
  | 'COMPLETE'
  | 'FORCED_OFF'
  | 'FORCED_STOPPING'
  | 'INVALID'
  | 'OFF'
  | 'ON'
  | 'STOPPING'
  | 'UNKNOWN';

export type Contact = DomainEntity & Node & {
  __typename?: 'Contact';
  callRecords?: Maybe<Array<CallRecord>>;
  callable?: Maybe<Scalars['Boolean']['output']>;
  contactList?: Maybe<ContactList>;
  contactListId?: Maybe<Scalars['ID']['output']>;
  data?: Maybe<Scalars['JSON']['output']>;
  dateCreated?: Maybe<Scalars['DateTime']['output']>;
  id: Scalars['ID']['output'];
  name?: Maybe<Scalars['String']['output']>;
  nodeId: Scalars['ID']['output'];
  selfUri?: Maybe<Scalars['String']['output']>;
};

export type ContactList = DomainEntity & Node & {
  __typename?: 'ContactList';
  columnNames?: Maybe<Array<Scalars['String']['output']>>;
  division?: Maybe<Division>;
  id: Scalars['ID']['output'];
  name?: Maybe<Scalars['String']['output']>;
  nodeId: Scalars['ID']['output'];
  selfUri?: Maybe<Scalars['String']['output']>;
  size?: Maybe<Scalars['Int']['output']>;
};

export type Conversation = DomainEntity & Node & {
  __typename?: 'Conversation';
  endTime?: Maybe<Scalars['DateTime']['output']>;
  id: Scalars['ID']['output'];
  name?: Maybe<Scalars['String']['output']>;
  nodeId: Scalars['ID']['output'];
  participants?: Maybe<Array<Participant>>;
  selfUri?: Maybe<Scalars['String']['output']>;
  startTime?: Maybe<Scalars['DateTime']['output']>;
};

export type DialingMode =
  | 'AGENTLESS'
  | 'EXTERNAL'
  | 'POWER'
  | 'PREDICTIVE'
  | 'PREVIEW'
  | 'PROGRESSIVE'
  | 'UNKNOWN';

export type Disposition =
  | 'BUSY'
  | 'DISCONNECT'
  | 'FAX'
  | 'LIVE_VOICE'
  | 'MACHINE'
  | 'NO_ANSWER'
  | 'OutdatedSdkVersion'
  | 'SIT_CALLABLE'
  | 'SIT_UNCALLABLE';

export type Division = DomainEntity & Node & {
  __typename?: 'Division';
  id: Scalars['ID']['output'];
  name?: Maybe<Scalars['String']['output']>;
  nodeId: Scalars['ID']['output'];
  selfUri?: Maybe<Scalars['String']['output']>;
};

export type DomainEntity = {
  id: Scalars['ID']['output'];
  name?: Maybe<Scalars['String']['output']>;
  selfUri?: Maybe<Scalars['String']['output']>;
};

export type EntityState =
  | 'ACTIVE'
  | 'DELETED'
  | 'INACTIVE'
  | 'UNKNOWN';

export type LinesUtilization = {
  __typename?: 'LinesUtilization';
  assignedOutboundLines?: Maybe<Scalars['Int']['output']>;
  totalAvailableOutboundLines?: Maybe<Scalars['Int']['output']>;
};

export type Node = {
  nodeId: Scalars['ID']['output'];
};

export type PageInfo = {
  __typename?: 'PageInfo';
  endCursor?: Maybe<Scalars['String']['output']>;
  hasNextPage: Scalars['Boolean']['output'];
  hasPreviousPage: Scalars['Boolean']['output'];
  startCursor?: Maybe<Scalars['String']['output']>;
};

export type Participant = Node & {
  __typename?: 'Participant';
  address?: Maybe<Scalars['String']['output']>;
  ani?: Maybe<Scalars['String']['output']>;
  attributes?: Maybe<Scalars['JSON']['output']>;
  connectedTime?: Maybe<Scalars['DateTime']['output']>;
  dnis?: Maybe<Scalars['String']['output']>;
  endTime?: Maybe<Scalars['DateTime']['output']>;
  id?: Maybe<Scalars['ID']['output']>;
  name?: Maybe<Scalars['String']['output']>;
  nodeId: Scalars['ID']['output'];
  purpose?: Maybe<Scalars['String']['output']>;
  queue?: Maybe<Queue>;
  startTime?: Maybe<Scalars['DateTime']['output']>;
  user?: Maybe<User>;
  wrapup?: Maybe<Wrapup>;
};

export type Query = {
  __typename?: 'Query';
  campaign?: Maybe<Campaign>;
  campaignInteraction?: Maybe<CampaignInteraction>;
  campaignInteractions?: Maybe<CampaignInteractionConnection>;
  campaigns?: Maybe<CampaignConnection>;
  contact?: Maybe<Contact>;
  contactList?: Maybe<ContactList>;
  conversation?: Maybe<Conversation>;
  node?: Maybe<Node>;
  queue?: Maybe<Queue>;
  script?: Maybe<Script>;
  skill?: Maybe<Skill>;
  user?: Maybe<User>;
};


export type QueryCampaignArgs = {
  id: Scalars['ID']['input'];
};


export type QueryCampaignInteractionArgs = {
  campaignId: Scalars['ID']['input'];
  id: Scalars['ID']['input'];
};


export type QueryCampaignInteractionsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  campaignId: Scalars['ID']['input'];
  filter?: InputMaybe<CampaignInteractionFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  maxAgeMs?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<CampaignInteractionOrder>;
};


export type QueryCampaignsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<CampaignFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryContactArgs = {
  contactListId: Scalars['ID']['input'];
  id: Scalars['ID']['input'];
};


export type QueryContactListArgs = {
  id: Scalars['ID']['input'];
};


export type QueryConversationArgs = {
  id: Scalars['ID']['input'];
};


export type QueryNodeArgs = {
  nodeId: Scalars['ID']['input'];
};


export type QueryQueueArgs = {
  id: Scalars['ID']['input'];
};


export type QueryScriptArgs = {
  id: Scalars['ID']['input'];
};


export type QuerySkillArgs = {
  id: Scalars['ID']['input'];
};


export type QueryUserArgs = {
  id: Scalars['ID']['input'];
};

export type Queue = DomainEntity & Node & {
  __typename?: 'Queue';
  description?: Maybe<Scalars['String']['output']>;
  division?: Maybe<Division>;
  id: Scalars['ID']['output'];
  joinedMemberCount?: Maybe<Scalars['Int']['output']>;
  memberCount?: Maybe<Scalars['Int']['output']>;
  name?: Maybe<Scalars['String']['output']>;
  nodeId: Scalars['ID']['output'];
  selfUri?: Maybe<Scalars['String']['output']>;
};

export type RoutingState =
  | 'COMMUNICATING'
  | 'IDLE'
  | 'INTERACTING'
  | 'NOT_RESPONDING'
  | 'OFF_QUEUE'
  | 'UNKNOWN';

export type RoutingStatus = {
  __typename?: 'RoutingStatus';
  startTime?: Maybe<Scalars['DateTime']['output']>;
  status?: Maybe<RoutingState>;
  statusCode?: Maybe<Scalars['String']['output']>;
};

export type Script = DomainEntity & Node & {
  __typename?: 'Script';
  division?: Maybe<Division>;
  id: Scalars['ID']['output'];
  modifiedDate?: Maybe<Scalars['DateTime']['output']>;
  name?: Maybe<Scalars['String']['output']>;
  nodeId: Scalars['ID']['output'];
  publishedDate?: Maybe<Scalars['DateTime']['output']>;
  selfUri?: Maybe<Scalars['String']['output']>;
  startPageName?: Maybe<Scalars['String']['output']>;
  versionId?: Maybe<Scalars['ID']['output']>;
};

export type Skill = DomainEntity & Node & {
  __typename?: 'Skill';
  dateModified?: Maybe<Scalars['DateTime']['output']>;
  id: Scalars['ID']['output'];
  name?: Maybe<Scalars['String']['output']>;
  nodeId: Scalars['ID']['output'];
  selfUri?: Maybe<Scalars['String']['output']>;
  state?: Maybe<EntityState>;
};

export type SystemPresence =
  | 'AVAILABLE'
  | 'AWAY'
  | 'BREAK'
  | 'BUSY'
  | 'IDLE'
  | 'MEAL'
  | 'MEETING'
  | 'OFFLINE'
  | 'ON_QUEUE'
  | 'TRAINING'
  | 'UNKNOWN';

export type User = DomainEntity & Node & {
  __typename?: 'User';
  department?: Maybe<Scalars['String']['output']>;
  division?: Maybe<Division>;
  email?: Maybe<Scalars['String']['output']>;
  id: Scalars['ID']['output'];
  manager?: Maybe<User>;
  name?: Maybe<Scalars['String']['output']>;
  nodeId: Scalars['ID']['output'];
  presence?: Maybe<UserPresence>;
  routingStatus?: Maybe<RoutingStatus>;
  selfUri?: Maybe<Scalars['String']['output']>;
  skills?: Maybe<Array<UserSkill>>;
  state?: Maybe<EntityState>;
  title?: Maybe<Scalars['String']['output']>;
  username?: Maybe<Scalars['String']['output']>;
};

export type UserPresence = {
  __typename?: 'UserPresence';
  modifiedDate?: Maybe<Scalars['DateTime']['output']>;
  systemPresence?: Maybe<SystemPresence>;
  systemPresenceCode?: Maybe<Scalars['String']['output']>;
};

export type UserSkill = {
  __typename?: 'UserSkill';
  proficiency?: Maybe<Scalars['Float']['output']>;
  skill?: Maybe<Skill>;
};

export type WrapUpCode = DomainEntity & Node & {
  __typename?: 'WrapUpCode';
  id: Scalars['ID']['output'];
  name?: Maybe<Scalars['String']['output']>;
  nodeId: Scalars['ID']['output'];
  selfUri?: Maybe<Scalars['String']['output']>;
};

export type Wrapup = {
  __typename?: 'Wrapup';
  code?: Maybe<WrapUpCode>;
  durationSeconds?: Maybe<Scalars['Int']['output']>;
  endTime?: Maybe<Scalars['DateTime']['output']>;
  name?: Maybe<Scalars['String']['output']>;
  notes?: Maybe<Scalars['String']['output']>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;




/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  DomainEntity:
    | ( Reference )
    | ( ContactReference )
    | ( Reference )
    | ( ConversationRecord )
    | ( Reference )
    | ( Reference )
    | ( Reference )
    | ( Reference )
    | ( Reference )
    | ( Reference )
  ;
  Node:
    | ( Reference )
    | ( CampaignInteractionRecord )
    | ( ContactReference )
    | ( Reference )
    | ( ConversationRecord )
    | ( Reference )
    | ( ParticipantRecord )
    | ( Reference )
    | ( Reference )
    | ( Reference )
    | ( Reference )
    | ( Reference )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  CallRecord: ResolverTypeWrapper<CallRecordRecord>;
  Campaign: ResolverTypeWrapper<Reference>;
  CampaignConnection: ResolverTypeWrapper<CampaignPage>;
  CampaignEdge: ResolverTypeWrapper<Omit<CampaignEdge, 'node'> & { node: ResolversTypes['Campaign'] }>;
  CampaignFilter: CampaignFilter;
  CampaignInteraction: ResolverTypeWrapper<CampaignInteractionRecord>;
  CampaignInteractionConnection: ResolverTypeWrapper<CampaignInteractionPage>;
  CampaignInteractionEdge: ResolverTypeWrapper<Omit<CampaignInteractionEdge, 'node'> & { node: ResolversTypes['CampaignInteraction'] }>;
  CampaignInteractionFilter: CampaignInteractionFilter;
  CampaignInteractionOrder: CampaignInteractionOrder;
  CampaignInteractionState: CampaignInteractionState;
  CampaignProgress: ResolverTypeWrapper<CampaignProgressRecord>;
  CampaignStats: ResolverTypeWrapper<CampaignFigures>;
  CampaignStatus: CampaignStatus;
  Contact: ResolverTypeWrapper<ContactReference>;
  ContactList: ResolverTypeWrapper<Reference>;
  Conversation: ResolverTypeWrapper<ConversationRecord>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DialingMode: DialingMode;
  Disposition: ResolverTypeWrapper<DispositionValue>;
  Division: ResolverTypeWrapper<Reference>;
  DomainEntity: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['DomainEntity']>;
  EntityState: EntityState;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  LinesUtilization: ResolverTypeWrapper<LinesUtilizationRecord>;
  Node: ResolverTypeWrapper<object>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Participant: ResolverTypeWrapper<ParticipantRecord>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Queue: ResolverTypeWrapper<Reference>;
  RoutingState: RoutingState;
  RoutingStatus: ResolverTypeWrapper<RoutingStatusRecord>;
  Script: ResolverTypeWrapper<Reference>;
  Skill: ResolverTypeWrapper<Reference>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  SystemPresence: SystemPresence;
  User: ResolverTypeWrapper<Reference>;
  UserPresence: ResolverTypeWrapper<UserPresenceRecord>;
  UserSkill: ResolverTypeWrapper<UserSkillRecord>;
  WrapUpCode: ResolverTypeWrapper<Reference>;
  Wrapup: ResolverTypeWrapper<WrapupRecord>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Boolean: Scalars['Boolean']['output'];
  CallRecord: CallRecordRecord;
  Campaign: Reference;
  CampaignConnection: CampaignPage;
  CampaignEdge: Omit<CampaignEdge, 'node'> & { node: ResolversParentTypes['Campaign'] };
  CampaignFilter: CampaignFilter;
  CampaignInteraction: CampaignInteractionRecord;
  CampaignInteractionConnection: CampaignInteractionPage;
  CampaignInteractionEdge: Omit<CampaignInteractionEdge, 'node'> & { node: ResolversParentTypes['CampaignInteraction'] };
  CampaignInteractionFilter: CampaignInteractionFilter;
  CampaignProgress: CampaignProgressRecord;
  CampaignStats: CampaignFigures;
  Contact: ContactReference;
  ContactList: Reference;
  Conversation: ConversationRecord;
  DateTime: Scalars['DateTime']['output'];
  Division: Reference;
  DomainEntity: ResolversInterfaceTypes<ResolversParentTypes>['DomainEntity'];
  Float: Scalars['Float']['output'];
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  JSON: Scalars['JSON']['output'];
  LinesUtilization: LinesUtilizationRecord;
  Node: object;
  PageInfo: PageInfo;
  Participant: ParticipantRecord;
  Query: Record<PropertyKey, never>;
  Queue: Reference;
  RoutingStatus: RoutingStatusRecord;
  Script: Reference;
  Skill: Reference;
  String: Scalars['String']['output'];
  User: Reference;
  UserPresence: UserPresenceRecord;
  UserSkill: UserSkillRecord;
  WrapUpCode: Reference;
  Wrapup: WrapupRecord;
};

export type PersonalDataDirectiveArgs = { };

export type PersonalDataDirectiveResolver<Result, Parent, ContextType = GatewayContext, Args = PersonalDataDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CallRecordResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CallRecord'] = ResolversParentTypes['CallRecord']> = {
  column?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  lastAttempt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastResult?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CampaignResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Campaign'] = ResolversParentTypes['Campaign']> = {
  callerAddress?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  callerName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  campaignStatus?: Resolver<Maybe<ResolversTypes['CampaignStatus']>, ParentType, ContextType>;
  contactList?: Resolver<Maybe<ResolversTypes['ContactList']>, ParentType, ContextType>;
  dateCreated?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  dateModified?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  dialingMode?: Resolver<Maybe<ResolversTypes['DialingMode']>, ParentType, ContextType>;
  division?: Resolver<Maybe<ResolversTypes['Division']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  interactions?: Resolver<Maybe<ResolversTypes['CampaignInteractionConnection']>, ParentType, ContextType, RequireFields<CampaignInteractionsArgs, 'first' | 'orderBy'>>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  progress?: Resolver<Maybe<ResolversTypes['CampaignProgress']>, ParentType, ContextType>;
  queue?: Resolver<Maybe<ResolversTypes['Queue']>, ParentType, ContextType>;
  script?: Resolver<Maybe<ResolversTypes['Script']>, ParentType, ContextType>;
  selfUri?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  stats?: Resolver<Maybe<ResolversTypes['CampaignStats']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CampaignConnectionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CampaignConnection'] = ResolversParentTypes['CampaignConnection']> = {
  edges?: Resolver<Array<ResolversTypes['CampaignEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['Campaign']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type CampaignEdgeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CampaignEdge'] = ResolversParentTypes['CampaignEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Campaign'], ParentType, ContextType>;
};

export type CampaignInteractionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CampaignInteraction'] = ResolversParentTypes['CampaignInteraction']> = {
  activePreviewCall?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  agent?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  callPlacedTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  callRoutedTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  callerAddress?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  callerName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  campaign?: Resolver<Maybe<ResolversTypes['Campaign']>, ParentType, ContextType>;
  campaignId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  contact?: Resolver<Maybe<ResolversTypes['Contact']>, ParentType, ContextType>;
  conversation?: Resolver<Maybe<ResolversTypes['Conversation']>, ParentType, ContextType>;
  creationTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  destinationAddress?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  dialerSystemParticipantId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  dialingMode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  disposition?: Resolver<Maybe<ResolversTypes['Disposition']>, ParentType, ContextType>;
  dispositionCode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastActivePreviewWrapupTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  previewConnectedTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  previewPopDeliveredTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  queue?: Resolver<Maybe<ResolversTypes['Queue']>, ParentType, ContextType>;
  script?: Resolver<Maybe<ResolversTypes['Script']>, ParentType, ContextType>;
  skills?: Resolver<Maybe<Array<ResolversTypes['Skill']>>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['CampaignInteractionState'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CampaignInteractionConnectionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CampaignInteractionConnection'] = ResolversParentTypes['CampaignInteractionConnection']> = {
  edges?: Resolver<Array<ResolversTypes['CampaignInteractionEdge']>, ParentType, ContextType>;
  nodes?: Resolver<Array<ResolversTypes['CampaignInteraction']>, ParentType, ContextType>;
  observedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type CampaignInteractionEdgeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CampaignInteractionEdge'] = ResolversParentTypes['CampaignInteractionEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['CampaignInteraction'], ParentType, ContextType>;
};

export type CampaignProgressResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CampaignProgress'] = ResolversParentTypes['CampaignProgress']> = {
  numberOfContactsCalled?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  percentage?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  totalNumberOfContacts?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type CampaignStatsResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['CampaignStats'] = ResolversParentTypes['CampaignStats']> = {
  adjustedCallsPerAgent?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  attempts?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  connectRatio?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  connects?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  effectiveIdleAgents?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  failureCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  filteredOutContactsCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  idleAgents?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  linesUtilization?: Resolver<Maybe<ResolversTypes['LinesUtilization']>, ParentType, ContextType>;
  neutralCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  outstandingCalls?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  rightPartyContactsCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  scheduledCalls?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  successCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  timeZoneRescheduledCalls?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  validAttempts?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ContactResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Contact'] = ResolversParentTypes['Contact']> = {
  callRecords?: Resolver<Maybe<Array<ResolversTypes['CallRecord']>>, ParentType, ContextType>;
  callable?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  contactList?: Resolver<Maybe<ResolversTypes['ContactList']>, ParentType, ContextType>;
  contactListId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  data?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  dateCreated?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  selfUri?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ContactListResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['ContactList'] = ResolversParentTypes['ContactList']> = {
  columnNames?: Resolver<Maybe<Array<ResolversTypes['String']>>, ParentType, ContextType>;
  division?: Resolver<Maybe<ResolversTypes['Division']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  selfUri?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  size?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ConversationResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Conversation'] = ResolversParentTypes['Conversation']> = {
  endTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  participants?: Resolver<Maybe<Array<ResolversTypes['Participant']>>, ParentType, ContextType>;
  selfUri?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  startTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type DispositionResolvers = { BUSY?: 'BUSY', DISCONNECT?: 'DISCONNECT', FAX?: 'FAX', LIVE_VOICE?: 'LIVE_VOICE', MACHINE?: 'MACHINE', NO_ANSWER?: 'NO_ANSWER', OUTDATEDSDKVERSION: 'OutdatedSdkVersion', SIT_CALLABLE?: 'SIT_CALLABLE', SIT_UNCALLABLE?: 'SIT_UNCALLABLE' };

export type DivisionResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Division'] = ResolversParentTypes['Division']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  selfUri?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type DomainEntityResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['DomainEntity'] = ResolversParentTypes['DomainEntity']> = {
  __resolveType: TypeResolveFn<'Campaign' | 'Contact' | 'ContactList' | 'Conversation' | 'Division' | 'Queue' | 'Script' | 'Skill' | 'User' | 'WrapUpCode', ParentType, ContextType>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type LinesUtilizationResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['LinesUtilization'] = ResolversParentTypes['LinesUtilization']> = {
  assignedOutboundLines?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  totalAvailableOutboundLines?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type NodeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Campaign' | 'CampaignInteraction' | 'Contact' | 'ContactList' | 'Conversation' | 'Division' | 'Participant' | 'Queue' | 'Script' | 'Skill' | 'User' | 'WrapUpCode', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ParticipantResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Participant'] = ResolversParentTypes['Participant']> = {
  address?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  ani?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  attributes?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  connectedTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  dnis?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  purpose?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  queue?: Resolver<Maybe<ResolversTypes['Queue']>, ParentType, ContextType>;
  startTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  wrapup?: Resolver<Maybe<ResolversTypes['Wrapup']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  campaign?: Resolver<Maybe<ResolversTypes['Campaign']>, ParentType, ContextType, RequireFields<QueryCampaignArgs, 'id'>>;
  campaignInteraction?: Resolver<Maybe<ResolversTypes['CampaignInteraction']>, ParentType, ContextType, RequireFields<QueryCampaignInteractionArgs, 'campaignId' | 'id'>>;
  campaignInteractions?: Resolver<Maybe<ResolversTypes['CampaignInteractionConnection']>, ParentType, ContextType, RequireFields<QueryCampaignInteractionsArgs, 'campaignId' | 'first' | 'orderBy'>>;
  campaigns?: Resolver<Maybe<ResolversTypes['CampaignConnection']>, ParentType, ContextType, RequireFields<QueryCampaignsArgs, 'first'>>;
  contact?: Resolver<Maybe<ResolversTypes['Contact']>, ParentType, ContextType, RequireFields<QueryContactArgs, 'contactListId' | 'id'>>;
  contactList?: Resolver<Maybe<ResolversTypes['ContactList']>, ParentType, ContextType, RequireFields<QueryContactListArgs, 'id'>>;
  conversation?: Resolver<Maybe<ResolversTypes['Conversation']>, ParentType, ContextType, RequireFields<QueryConversationArgs, 'id'>>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'nodeId'>>;
  queue?: Resolver<Maybe<ResolversTypes['Queue']>, ParentType, ContextType, RequireFields<QueryQueueArgs, 'id'>>;
  script?: Resolver<Maybe<ResolversTypes['Script']>, ParentType, ContextType, RequireFields<QueryScriptArgs, 'id'>>;
  skill?: Resolver<Maybe<ResolversTypes['Skill']>, ParentType, ContextType, RequireFields<QuerySkillArgs, 'id'>>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUserArgs, 'id'>>;
};

export type QueueResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Queue'] = ResolversParentTypes['Queue']> = {
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  division?: Resolver<Maybe<ResolversTypes['Division']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  joinedMemberCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  memberCount?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  selfUri?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RoutingStatusResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['RoutingStatus'] = ResolversParentTypes['RoutingStatus']> = {
  startTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  status?: Resolver<Maybe<ResolversTypes['RoutingState']>, ParentType, ContextType>;
  statusCode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ScriptResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Script'] = ResolversParentTypes['Script']> = {
  division?: Resolver<Maybe<ResolversTypes['Division']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  modifiedDate?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  publishedDate?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  selfUri?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  startPageName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  versionId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SkillResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Skill'] = ResolversParentTypes['Skill']> = {
  dateModified?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  selfUri?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  state?: Resolver<Maybe<ResolversTypes['EntityState']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UserResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  department?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  division?: Resolver<Maybe<ResolversTypes['Division']>, ParentType, ContextType>;
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  manager?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  presence?: Resolver<Maybe<ResolversTypes['UserPresence']>, ParentType, ContextType>;
  routingStatus?: Resolver<Maybe<ResolversTypes['RoutingStatus']>, ParentType, ContextType>;
  selfUri?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  skills?: Resolver<Maybe<Array<ResolversTypes['UserSkill']>>, ParentType, ContextType>;
  state?: Resolver<Maybe<ResolversTypes['EntityState']>, ParentType, ContextType>;
  title?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  username?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UserPresenceResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['UserPresence'] = ResolversParentTypes['UserPresence']> = {
  modifiedDate?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  systemPresence?: Resolver<Maybe<ResolversTypes['SystemPresence']>, ParentType, ContextType>;
  systemPresenceCode?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type UserSkillResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['UserSkill'] = ResolversParentTypes['UserSkill']> = {
  proficiency?: Resolver<Maybe<ResolversTypes['Float']>, ParentType, ContextType>;
  skill?: Resolver<Maybe<ResolversTypes['Skill']>, ParentType, ContextType>;
};

export type WrapUpCodeResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['WrapUpCode'] = ResolversParentTypes['WrapUpCode']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  nodeId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  selfUri?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type WrapupResolvers<ContextType = GatewayContext, ParentType extends ResolversParentTypes['Wrapup'] = ResolversParentTypes['Wrapup']> = {
  code?: Resolver<Maybe<ResolversTypes['WrapUpCode']>, ParentType, ContextType>;
  durationSeconds?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  endTime?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  notes?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = GatewayContext> = {
  CallRecord?: CallRecordResolvers<ContextType>;
  Campaign?: CampaignResolvers<ContextType>;
  CampaignConnection?: CampaignConnectionResolvers<ContextType>;
  CampaignEdge?: CampaignEdgeResolvers<ContextType>;
  CampaignInteraction?: CampaignInteractionResolvers<ContextType>;
  CampaignInteractionConnection?: CampaignInteractionConnectionResolvers<ContextType>;
  CampaignInteractionEdge?: CampaignInteractionEdgeResolvers<ContextType>;
  CampaignProgress?: CampaignProgressResolvers<ContextType>;
  CampaignStats?: CampaignStatsResolvers<ContextType>;
  Contact?: ContactResolvers<ContextType>;
  ContactList?: ContactListResolvers<ContextType>;
  Conversation?: ConversationResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  Disposition?: DispositionResolvers;
  Division?: DivisionResolvers<ContextType>;
  DomainEntity?: DomainEntityResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  LinesUtilization?: LinesUtilizationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Participant?: ParticipantResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  Queue?: QueueResolvers<ContextType>;
  RoutingStatus?: RoutingStatusResolvers<ContextType>;
  Script?: ScriptResolvers<ContextType>;
  Skill?: SkillResolvers<ContextType>;
  User?: UserResolvers<ContextType>;
  UserPresence?: UserPresenceResolvers<ContextType>;
  UserSkill?: UserSkillResolvers<ContextType>;
  WrapUpCode?: WrapUpCodeResolvers<ContextType>;
  Wrapup?: WrapupResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = GatewayContext> = {
  personalData?: PersonalDataDirectiveResolver<any, any, ContextType>;
};

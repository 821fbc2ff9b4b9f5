import type { CodegenConfig } from '@graphql-codegen/cli';

/** What the resolvers of a type are handed: an entity type gets a reference, everything else the record that was read. */
const mappers = {
  Campaign: '../datasources/wire/reference.ts#Reference',
  CampaignConnection: '../connections/campaign-page.ts#CampaignPage',
  CampaignInteraction: '../datasources/campaign-interactions.ts#CampaignInteractionRecord',
  CampaignInteractionConnection: '../connections/campaign-interaction-page.ts#CampaignInteractionPage',
  CampaignProgress: '../datasources/campaign-progress.ts#CampaignProgressRecord',
  CampaignStats: '../datasources/campaign-stats.ts#CampaignStatsRecord',
  CallRecord: '../datasources/contacts.ts#CallRecordRecord',
  Contact: '../datasources/contacts.ts#ContactReference',
  ContactList: '../datasources/wire/reference.ts#Reference',
  Conversation: '../datasources/conversations.ts#ConversationRecord',
  Disposition: '../datasources/disposition.ts#DispositionValue',
  Division: '../datasources/wire/reference.ts#Reference',
  Participant: '../datasources/conversations.ts#ParticipantRecord',
  Queue: '../datasources/wire/reference.ts#Reference',
  RoutingStatus: '../datasources/users.ts#RoutingStatusRecord',
  Script: '../datasources/wire/reference.ts#Reference',
  Skill: '../datasources/wire/reference.ts#Reference',
  User: '../datasources/wire/reference.ts#Reference',
  UserPresence: '../datasources/users.ts#UserPresenceRecord',
  UserSkill: '../datasources/users.ts#UserSkillRecord',
  WrapUpCode: '../datasources/wire/reference.ts#Reference',
  Wrapup: '../datasources/conversations.ts#WrapupRecord',
};

const config: CodegenConfig = {
  schema: 'schema/*.graphql',
  generates: {
    // What clients generate their types from: the whole schema in one file, with its descriptions.
    'schema.graphql': { plugins: ['schema-ast'] },
    'src/generated/resolvers.ts': {
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        disableDescriptions: true,
        contextType: '../context.ts#GatewayContext',
        enumsAsTypes: true,
        enumValues: { Disposition: { OUTDATEDSDKVERSION: 'OutdatedSdkVersion' } },
        importExtension: '.ts',
        mappers,
        maybeValue: 'T | null',
        scalars: {
          // What a client sends becomes a Date; what the data sources give is text in the schema's form already.
          DateTime: { input: 'Date', output: 'string' },
          JSON: { input: 'unknown', output: 'object' },
        },
        strictScalars: true,
        useTypeImports: true,
      },
    },
  },
};

export default config;

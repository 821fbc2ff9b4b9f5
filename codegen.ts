import type { CodegenConfig } from '@graphql-codegen/cli';

/** Parent objects of resolvers: a reference where the entity may still have to be loaded, else the record or page itself. */
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
    // Schema for clients' code generators: one file, with descriptions.
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
          // Client input becomes a Date; data sources give text in the schema's form already.
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

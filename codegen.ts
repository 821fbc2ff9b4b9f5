import type { CodegenConfig } from '@graphql-codegen/cli';
import { resources, resourcesOf } from './src/datasources/index.ts';

/** Parent objects of resolvers that are the record or page itself, or a reference of another form. */
const ownMappers = {
  CampaignConnection: '../connections/campaign-page.ts#CampaignPage',
  CampaignInteraction: '../datasources/campaign-interactions.ts#CampaignInteractionRecord',
  CampaignInteractionConnection: '../connections/campaign-interaction-page.ts#CampaignInteractionPage',
  CampaignProgress: '../datasources/campaign-progress.ts#CampaignProgressRecord',
  CampaignStats: '../datasources/campaign-figures.ts#CampaignFigures',
  CallRecord: '../datasources/contacts.ts#CallRecordRecord',
  Contact: '../datasources/contacts.ts#ContactReference',
  Conversation: '../datasources/conversations.ts#ConversationRecord',
  Disposition: '../datasources/disposition.ts#DispositionValue',
  LinesUtilization: '../datasources/campaign-stats-by-id.ts#LinesUtilizationRecord',
  // A node of any type; the resolver notes which.
  Node: 'object',
  Participant: '../datasources/conversations.ts#ParticipantRecord',
  RoutingStatus: '../datasources/users.ts#RoutingStatusRecord',
  UserPresence: '../datasources/users.ts#UserPresenceRecord',
  UserSkill: '../datasources/users.ts#UserSkillRecord',
  Wrapup: '../datasources/conversations.ts#WrapupRecord',
};

/** Parent objects of all types: a plain reference where the entity may still have to be loaded. */
const mappers = {
  ...Object.fromEntries(
    resourcesOf(resources)
      .filter(({ type }) => !Object.hasOwn(ownMappers, type))
      .map(({ type }) => [type, '../datasources/wire/reference.ts#Reference']),
  ),
  ...ownMappers,
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

// ESLint looks at the schema only; TypeScript is oxlint's.
import * as graphql from '@graphql-eslint/eslint-plugin';

export default [
  {
    files: ['schema/**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: 'schema/*.graphql' } },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,

      '@graphql-eslint/description-style': ['error', { style: 'block' }],
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          rootField: true,
          DirectiveDefinition: true,
          EnumValueDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
        },
      ],
      '@graphql-eslint/naming-convention': [
        'error',
        {
          types: 'PascalCase',
          FieldDefinition: 'camelCase',
          InputValueDefinition: 'camelCase',
          DirectiveDefinition: 'camelCase',
          EnumValueDefinition: 'UPPER_CASE',
          'FieldDefinition[parent.name.value=Query]': {
            forbiddenPatterns: [/^(query|get|list|fetch)/i, /query$/i],
          },
          EnumTypeDefinition: { forbiddenPatterns: [/^enum|enum$/i] },
          InterfaceTypeDefinition: { forbiddenPatterns: [/^interface|interface$/i] },
          ObjectTypeDefinition: { forbiddenPatterns: [/^type|type$/i] },
          InputObjectTypeDefinition: { requiredPattern: /(Filter|Input)$/ },
        },
      ],
      '@graphql-eslint/require-nullable-result-in-root': 'error',
      // Instead of require-deprecation-date, which wants an argument that @deprecated does not have.
      'no-restricted-syntax': [
        'error',
        {
          selector:
            'Directive[name.value=deprecated] > Argument[name.value=reason] > StringValue[value!=/[0-9]{4}-[0-9]{2}-[0-9]{2}/]',
          message: 'A deprecation names what to use instead and the date it goes, as yyyy-MM-dd.',
        },
      ],

      // These are parts of an answer and have no identity of their own; Participant's id may be missing upstream.
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          exceptions: {
            types: [
              'CallRecord',
              'CampaignProgress',
              'CampaignStats',
              'LinesUtilization',
              'PageInfo',
              'Participant',
              'RoutingStatus',
              'UserPresence',
              'UserSkill',
              'Wrapup',
            ],
            suffixes: ['Connection', 'Edge'],
          },
        },
      ],
      // Paging goes forward only.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
      // Lists are plain where they are short (skills, participants) or repeat the edges without cursors (nodes).
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false },
      ],
    },
  },
  {
    // campaignStatus, contactListId, contactList, nodeId and username are names that clients rely on, and the rule takes
    // no exceptions by field.
    files: [
      'schema/Campaign.graphql',
      'schema/Contact.graphql',
      'schema/User.graphql',
      'schema/schema.graphql',
    ],
    rules: { '@graphql-eslint/no-typename-prefix': 'off' },
  },
];

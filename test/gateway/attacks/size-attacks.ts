import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { range } from '../../support/range.ts';
import type { Attack } from './attack.ts';

const SUBGRAPH = { env: { SUBGRAPH: '1' } };
const tooManyFields = { code: 'QUERY_TOO_EXPENSIVE', limit: 'answerFields' } as const;

const list = (selection: string, args = '') =>
  `campaignInteractions(campaignId: "${CAMPAIGN_ID}"${args}) { ${selection} }`;
/** Lists of interactions in one another: each row selects its campaign, and the campaign all its interactions again. */
const nested = (levels: number, below = 'id'): string =>
  levels === 0 ? below : `campaign { interactions { nodes { ${nested(levels - 1, below)} } } }`;
const aliases = (count: number, field: string) =>
  range(count)
    .map((n) => `a${n}: ${field}`)
    .join(' ');
const thousand = (type: string, key: object) =>
  JSON.stringify({ representations: range(1000).map((n) => ({ __typename: type, ...key, id: `id-${n}` })) });
const entities = (selection: string) =>
  `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${selection} } }`;

/** Answers that would be too large, as the query alone tells. */
const queries: Readonly<Record<string, string>> = {
  'lists in one another, 4.3 GB for 177 bytes': `{${list(`nodes { ${nested(3)} }`)}}`,
  'lists in one another, one level less': `{${list(`nodes { ${nested(2)} }`)}}`,
  'lists in one another by edges': `{${list('edges { node { campaign { interactions { edges { node { campaign { interactions { edges { node { id } } } } } } } } } }')}}`,
  'rows selected by nodes and by edges': `{${list('nodes { ...R } edges { node { ...R } }', ', first: 500')}}
    fragment R on CampaignInteraction { campaign { interactions(first: 200) { nodes { id } edges { node { id } } } } }`,
  'lists in one another by fragments': `{ ...Q } fragment Q on Query { ${list('...C')} }
    fragment C on CampaignInteractionConnection { nodes { ...I } }
    fragment I on CampaignInteraction { campaign { interactions { nodes { campaign { interactions { nodes { id } } } } } } }`,
  'a large page in a large page': `{${list('nodes { campaign { interactions(first: 1000) { nodes { id } } } }', ', first: 1000')}}`,
  'a large page, asked for by the default value of a variable': `query ($first: Int = 1000) {${list('nodes { campaign { interactions(first: $first) { nodes { id } } } }', ', first: $first')}}`,
  'lists under ten aliases': `{ ${aliases(10, list('nodes { campaign { interactions(first: 1000) { nodes { id state } } } }'))} }`,
  'a list under thirty aliases in each row': `{${list(`nodes { campaign { ${aliases(30, 'interactions { nodes { id } }')} } }`)}}`,
  'thirty aliases of one value in each row': `{${list(`nodes { campaign { interactions(first: 200) { nodes { ${aliases(30, '__typename')} } } } }`)}}`,
  'lists below each campaign of a page':
    '{ campaigns(first: 20) { nodes { interactions(first: 1000) { nodes { campaign { interactions(first: 20) { nodes { id } } } } } } } }',
  'lists below one campaign': `{ campaign(id: "${CAMPAIGN_ID}") { interactions(first: 1000) { nodes { ${nested(1)} } } contactList { id } interactionsToo: interactions(first: 1000) { nodes { ${nested(2)} } } } }`,
  'lists below one interaction': `{ campaignInteraction(campaignId: "${CAMPAIGN_ID}", id: "interaction-001") { ${nested(3)} } }`,
  'contacts’ data in lists in one another': `{${list(`nodes { ${nested(1, `contact { ${aliases(28, 'data')} }`)} }`)}}`,
};

const ofEntities: readonly Attack[] = [
  {
    name: 'lists below a thousand campaigns of a router',
    query: entities('... on Campaign { interactions(first: 1000) { nodes { id } } }'),
    variables: thousand('Campaign', {}),
    against: { env: { SUBGRAPH: '1', MAX_UPSTREAM_CALLS: '10000' } },
    outcome: tooManyFields,
  },
  {
    name: 'lists in one another below interactions of a router',
    query: entities(`... on CampaignInteraction { ${nested(2)} }`),
    variables: thousand('CampaignInteraction', { campaignId: CAMPAIGN_ID }),
    against: SUBGRAPH,
    outcome: tooManyFields,
  },
  {
    name: 'a thousand times the same campaign under ten aliases',
    query: `query ($r: [_Any!]!) { ${aliases(10, '_entities(representations: $r) { ... on Campaign { interactions { nodes { id } } } }')} }`,
    variables: JSON.stringify({ r: range(1000).map(() => ({ __typename: 'Campaign', id: CAMPAIGN_ID })) }),
    against: SUBGRAPH,
    outcome: tooManyFields,
  },
];

export const sizeAttacks: readonly Attack[] = [
  ...Object.entries(queries).map(([name, query]) => ({ name, query, outcome: tooManyFields })),
  ...ofEntities,
  {
    name: 'introspection of the fields of the types of fields, under thirty aliases',
    query: `{ __schema { types { ${aliases(30, 'fields { name type { name fields { name type { name ofType { name } } } } }')} } } }`,
    against: { env: { MAX_ANSWER_FIELDS: '50000' } },
    outcome: tooManyFields,
  },
  {
    name: 'introspection for a router',
    query: `{ ${aliases(10, '__schema { types { ...T fields { args { type { ...T } } type { ...T } } inputFields { type { ...T } } } }')} }
      fragment T on __Type { name kind description possibleTypes { name description } ofType { name kind ofType { name kind } } }`,
    against: { env: { SUBGRAPH: '1', MAX_ANSWER_FIELDS: '10000' } },
    outcome: tooManyFields,
  },
  {
    name: 'more upstream calls than one request may make',
    query: '{ campaigns(first: 100) { nodes { interactions { nodes { agent { email } } } } } }',
    outcome: { code: 'QUERY_TOO_EXPENSIVE', limit: 'upstreamCalls' },
  },
];

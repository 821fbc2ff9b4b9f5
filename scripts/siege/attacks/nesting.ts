import type { Fault } from '../../../src/sandbox/fault.ts';
import { pick, type Random } from '../../../src/sandbox/random.ts';
import { type Attack, get, post, repeated } from '../attack.ts';
import { AGENT_IDS, CAMPAIGN_ID, ROWS } from '../organisation.ts';

const BEYOND = 'QUERY_TOO_EXPENSIVE answerFields';

/** Lists of a campaign's interactions, each inside the one before: every row of a list has the whole next list. */
function nested(levels: readonly string[], leaf: string): string {
  const [head = '', ...rest] = levels;
  const inner = rest.reduceRight(
    (below, args) => `campaign { interactions${args} { nodes { ${below} } } }`,
    leaf,
  );
  return `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}"${head}) { nodes { ${inner} } } }`;
}

const beyond = nested(['', '', '', ''], 'id');
const connections = ['nodes { ', 'edges { node { '] as const;

/** Nested lists of random sizes and shapes, far more than an answer may hold. */
function anyBeyond(random: Random): string {
  const first = pick(random, [200, 500, 1000] as const);
  const list = () => {
    const connection = pick(random, connections);
    const args = pick(random, [`first: ${first}`, `first: ${first}, orderBy: CREATION_TIME_DESC`] as const);
    return [
      `campaign { interactions(${args}) { ${connection}`,
      connection === 'nodes { ' ? '} } }' : '} } } }',
    ] as const;
  };
  const lists = [list(), list()];
  const inner = `${lists.map(([open]) => open).join('')} id a: state ${lists.map(([, close]) => close).join(' ')}`;
  return `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: ${first}) { nodes { ${inner} } } }`;
}

const refused = { outcomes: [BEYOND], isFree: true } as const;

/** Every agent of the organisation, with so many skills that the rows of a page have a million fields. */
const skilledAgents: Fault = {
  kind: 'status',
  status: 200,
  resource: 'users',
  body: {
    entities: AGENT_IDS.map((id) => ({
      id,
      skills: Array.from({ length: 500 }, (_, n) => ({ id: `skill-${n}`, proficiency: 1 })),
    })),
  },
};

/** Lists in lists: the answer grows with the power of the depth, the query by a few dozen bytes. */
export const nesting: readonly Attack[] = [
  { name: 'nested-beyond', clients: 4, request: () => post(beyond), ...refused },
  {
    name: 'nested-one-less',
    clients: 2,
    request: () => post(nested(['', '', ''], 'id')),
    ...refused,
  },
  { name: 'nested-any', clients: 4, request: (random) => post(anyBeyond(random)), ...refused },
  {
    name: 'nested-get',
    clients: 4,
    request: (random) =>
      get(beyond, {}, { headers: { accept: pick(random, ['application/json', 'text/event-stream']) } }),
    ...refused,
  },
  {
    name: 'nested-variables',
    clients: 4,
    request: () =>
      post(
        `query ($n: Int!) { campaigns(first: 30) { nodes { interactions(first: $n) { nodes { campaign { interactions(first: $n) { nodes { id state } } } } } } } }`,
        { n: 1000 },
      ),
    ...refused,
  },
  {
    name: 'nested-fragments',
    clients: 4,
    request: () =>
      post(
        `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 1000) { ...A } }
        fragment A on CampaignInteractionConnection { nodes { campaign { interactions(first: 1000) { ...B } } } }
        fragment B on CampaignInteractionConnection { nodes { ${repeated(20, (n) => `a${n}: id`)} } }`,
      ),
    ...refused,
  },
  {
    name: 'nested-entities',
    clients: 2,
    request: () =>
      post(
        `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Campaign { interactions(first: 1000) { nodes { id campaign { interactions(first: 100) { nodes { id } } } } } } } }`,
        { r: Array.from({ length: 30 }, (_, n) => ({ __typename: 'Campaign', id: `campaign-${n + 1}` })) },
      ),
    outcomes: ['QUERY_TOO_EXPENSIVE upstreamCalls'],
    isFree: true,
  },
  {
    name: 'nested-within',
    clients: 4,
    request: () => post(nested([', first: 100', '(first: 100)'], 'id state creationTime agent { id name }')),
    outcomes: ['ok'],
  },
  {
    name: 'nested-lists',
    clients: 2,
    request: () =>
      post(
        `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 1000) { nodes { agent { skills { skill { name state } } manager { skills { skill { name } } } } conversation { participants { ${repeated(12, (n) => `a${n}: user { skills { skill { name } } }`)} } } } } }`,
      ),
    ...refused,
  },
  {
    // Few are planned, because skills of a user are counted as is typical, and few bytes: only the count refuses it.
    name: 'nested-typical',
    clients: 1,
    request: () =>
      post(
        `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: ${ROWS}) { nodes { agent { skills { proficiency } } } } }`,
      ),
    outcomes: [BEYOND],
    faults: () => [skilledAgents],
  },
];

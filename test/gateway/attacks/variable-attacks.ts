import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { range } from '../../support/range.ts';
import type { Attack } from './attack.ts';

const DEEP = 15_000;
const deep = (open: string, close: string) => `${open.repeat(DEEP)}0${close.repeat(DEEP)}`;
const refused = { code: 'BAD_USER_INPUT' } as const;
const byFilter = `query ($filter: CampaignInteractionFilter) {
  campaignInteractions(campaignId: "${CAMPAIGN_ID}", filter: $filter) { totalCount }
}`;
const byEntity = 'query ($entity: _Any!) { _entities(representations: [$entity]) { __typename } }';
const SUBGRAPH = { env: { SUBGRAPH: '1' } };

/** Variables that are expensive to check, or to complain about. */
export const variableAttacks: readonly Attack[] = [
  {
    name: '3,000 unknown fields in an input object',
    query: byFilter,
    variables: JSON.stringify({ filter: Object.fromEntries(range(3000).map((n) => [`unknown${n}`, n])) }),
    outcome: refused,
  },
  {
    name: '5,000 elements of a wrong type',
    query: byFilter,
    variables: JSON.stringify({ filter: { states: range(5000) } }),
    outcome: refused,
  },
  {
    name: 'a text of 80,000 characters in the place of an object',
    query: byFilter,
    variables: JSON.stringify({ filter: 'x'.repeat(80_000) }),
    outcome: refused,
  },
  {
    name: 'a deep list in the place of a value',
    query: byFilter,
    variables: `{"filter":{"agentIds":${deep('[', ']')}}}`,
    outcome: refused,
  },
  {
    name: 'a deep object in the place of a list',
    query: byFilter,
    variables: `{"filter":{"states":${deep('{"a":', '}')}}}`,
    outcome: refused,
  },
  {
    name: 'a deep list in an unknown field',
    query: byFilter,
    variables: `{"filter":{"none":${deep('[', ']')}}}`,
    outcome: refused,
  },
  {
    name: 'a deep representation',
    query: byEntity,
    variables: `{"entity":${deep('{"a":', '}')}}`,
    against: SUBGRAPH,
    outcome: refused,
  },
  {
    name: 'a representation with something deep beside its key',
    query: byEntity,
    variables: `{"entity":{"__typename":"User","id":"user-1","more":${deep('[', ']')}}}`,
    against: SUBGRAPH,
    outcome: refused,
  },
  {
    name: 'more representations than a request may have',
    query: 'query ($all: [_Any!]!) { _entities(representations: $all) { __typename } }',
    variables: JSON.stringify({ all: range(2000).map(() => ({ __typename: 'User', id: 'u' })) }),
    against: SUBGRAPH,
    outcome: refused,
  },
  {
    name: '1,000 representations of a type that there is not',
    query: 'query ($all: [_Any!]!) { _entities(representations: $all) { __typename } }',
    variables: JSON.stringify({ all: range(1000).map((n) => ({ __typename: `Type${n}`, id: 'u' })) }),
    against: SUBGRAPH,
    outcome: refused,
  },
  {
    name: '1,000 representations that are null',
    query: 'query ($all: [_Any!]!) { _entities(representations: $all) { __typename } }',
    variables: JSON.stringify({ all: range(1000).map(() => null) }),
    against: SUBGRAPH,
    outcome: refused,
  },
];

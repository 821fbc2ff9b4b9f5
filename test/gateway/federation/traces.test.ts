import { expect, test } from 'vitest';
import { tracedGatewayForTest, treeOf } from '../../support/traced-gateway.ts';
import { CAMPAIGN_ID } from '../../support/organisation.ts';
import { graphqlRequest } from '../../support/gateway.ts';

test('a trace links entities to the calls that they wait for, and fields below them to their own calls', async () => {
  const { gateway, exported } = await tracedGatewayForTest({ env: { SUBGRAPH: '1' } });
  const response = await gateway.fetch(
    graphqlRequest(
      `query E($r: [_Any!]!) { _entities(representations: $r) { ... on User { email manager { email } } ... on Campaign { stats { idleAgents } } ... on Skill { id } } }`,
      {
        r: [
          { __typename: 'User', id: 'user-1' },
          { __typename: 'User', id: 'user-2' },
          { __typename: 'Campaign', id: CAMPAIGN_ID },
          { __typename: 'Skill', id: 'skill-1' },
        ],
      },
    ),
  );
  expect(JSON.parse(await response.text()).errors).toBeUndefined();
  expect(treeOf(await exported())).toEqual([
    'query E',
    '  _entities -> load users',
    '  _entities.manager -> load users',
    '  _entities.stats -> load campaignStats',
    '  load campaignStats -> _entities.stats',
    '    POST campaignStats',
    '  load users -> _entities',
    '    GET users',
    '  load users -> _entities.manager',
    '    GET users',
  ]);
});

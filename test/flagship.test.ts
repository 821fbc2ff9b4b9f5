import { expect, test } from 'vitest';
import { gatewayForTest } from './support/gateway.ts';
import { CAMPAIGN_ID } from './support/organisation.ts';

const everyDetail = `
  query Screen($campaignId: ID!) {
    campaignInteractions(campaignId: $campaignId) {
      nodes {
        id
        campaign { id name campaignStatus }
        agent { id name email }
        contact { id name data }
        queue { id name memberCount }
        script { id name startPageName }
        skills { id name state }
      }
    }
  }
`;

test('a hundred interactions with the details of all six references cost nine upstream calls', async () => {
  const { query, calls } = await gatewayForTest();
  const { data, errors } = await query(everyDetail, { campaignId: CAMPAIGN_ID });

  expect(errors).toBeUndefined();
  expect(calls()).toEqual({
    campaignInteractions: 1,
    campaigns: 1,
    users: 1,
    queues: 1,
    skills: 1,
    contacts: 1,
    scripts: 3,
  });
  expect(data.campaignInteractions.nodes).toEqual(
    Array.from({ length: 100 }, (_, n) => ({
      id: `interaction-${String(n).padStart(3, '0')}`,
      campaign: { id: CAMPAIGN_ID, name: `Name of ${CAMPAIGN_ID}`, campaignStatus: 'ON' },
      agent: { id: `user-${n % 20}`, name: `Name of user-${n % 20}`, email: `user-${n % 20}@example.com` },
      contact: { id: `contact-${n}`, name: `Name of contact-${n}`, data: { Phone: `+1555${n}` } },
      queue: { id: `queue-${n % 5}`, name: `Name of queue-${n % 5}`, memberCount: n % 5 },
      script: {
        id: `script-${n % 3}`,
        name: `Name of script-${n % 3}`,
        startPageName: `Start of script-${n % 3}`,
      },
      skills: [{ id: `skill-${n % 8}`, name: `Name of skill-${n % 8}`, state: 'ACTIVE' }],
    })),
  );
});

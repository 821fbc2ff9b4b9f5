import { describe, expect, test } from 'vitest';
import type { RecordedRequest } from '../../src/sandbox/fault.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { callsOfEveryDetail } from '../support/answers.ts';
import { gatewayForTest } from '../support/gateway.ts';
import { CAMPAIGN_ID, interaction, supervisorsOrganisation } from '../support/organisation.ts';

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
  expect(calls()).toEqual(callsOfEveryDetail);
  expect(Object.values<number>(callsOfEveryDetail).reduce((sum, count) => sum + count)).toBe(9);
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

describe('a query for every detail waits for the upstream', () => {
  test('twice: for the list, then for all details at once', async () => {
    const { query, sandbox } = await gatewayForTest({ latencyMs: 100 });
    const rounds = countRounds(sandbox);
    await query(everyDetail, { campaignId: CAMPAIGN_ID });
    expect(rounds).toEqual([['campaignInteractions'], [...details, 'contacts'].toSorted()]);
  });

  test('three times when only the campaign names the contact list', async () => {
    const rows = Array.from({ length: 100 }, (_, n) => ({
      ...interaction(n),
      contact: { id: `contact-${n}` },
    }));
    const { query, sandbox } = await gatewayForTest({
      latencyMs: 100,
      organisation: { ...supervisorsOrganisation(), interactions: () => ({ interactingInteractions: rows }) },
    });
    const rounds = countRounds(sandbox);
    const { errors, data } = await query(everyDetail, { campaignId: CAMPAIGN_ID });
    expect(errors).toBeUndefined();
    expect(data.campaignInteractions.nodes[99].contact.data).toEqual({ Phone: '+155599' });
    expect(rounds).toEqual([['campaignInteractions'], details.toSorted(), ['contacts']]);
  });

  const details = ['campaigns', 'users', 'queues', 'skills', 'scripts', 'scripts', 'scripts'];

  /** Resources called, by round, filled while they are called. A call is one round after the latest answered one. */
  function countRounds(sandbox: Sandbox): string[][] {
    const rounds: string[][] = [];
    const roundOf = new Map<RecordedRequest, number>();
    sandbox.requests.push = (request) => {
      const answered = [...roundOf].filter(([{ status }]) => status !== null);
      const round = Math.max(-1, ...answered.map(([, earlier]) => earlier)) + 1;
      roundOf.set(request, round);
      rounds[round] = [...(rounds[round] ?? []), request.resource].toSorted();
      return Array.prototype.push.call(sandbox.requests, request);
    };
    return rounds;
  }
});

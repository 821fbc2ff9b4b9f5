import { pick, type Random } from '../../../src/sandbox/random.ts';
import { type Attack, type AttackRequest, get, post, repeated } from '../attack.ts';
import { AGENT_IDS, CAMPAIGN_ID, ROWS } from '../organisation.ts';
import { interactionsFault } from './interactions-fault.ts';

/** Time runs out on a slow machine before such an answer is made. */
const MADE = ['ok', 'QUERY_TOO_EXPENSIVE time'];

/** All rows with a leaf under many names: about `fields` thousand answer fields. */
function rows(fields: number): string {
  const leaves = ['state', 'dispositionCode', 'dialerSystemParticipantId', 'campaignId', 'dialingMode'];
  const aliases = repeated(Math.min(29, fields - 1), (n) => `a${n}: ${leaves[n % leaves.length] ?? 'id'}`);
  return `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: ${ROWS}) { nodes { id ${aliases} } } }`;
}

/** A little less than 500,000 answer fields: 100 lists of 100 rows with 48 fields each. */
const maximal = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 100) { nodes { campaign { interactions(first: 100) { nodes {
  ${repeated(29, (n) => `a${n}: id`)} id state creationTime dispositionCode disposition dialingMode callerName callerAddress
  campaignId callPlacedTime callRoutedTime activePreviewCall destinationAddress lastActivePreviewWrapupTime previewConnectedTime
} } } } } }`;

/** As many bytes as an answer may have, of texts of 1,000 characters. */
const LONG_TEXT = 'x'.repeat(1000);
const longTexts = () => interactionsFault((row) => ({ ...row, callerName: LONG_TEXT }));
const maximalBytes = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: ${ROWS}) { nodes { ${repeated(30, (n) => `a${n}: callerName`)} } } }`;

/** Many conditions on many lists of many rows, of which hardly anything is answered. */
const filters = `query ($filter: CampaignInteractionFilter) { campaigns(first: 20) { nodes { ${repeated(29, (n) => `a${n}: interactions(first: 1, filter: $filter) { totalCount }`)} } } }`;
const filter = {
  agentIds: AGENT_IDS.map((id) => `other-${id}`),
  skillIds: ['skill-1'],
  createdAfter: '2025-01-01T00:00:00Z',
};
const shortRows = Array.from({ length: 4000 }, (_, n) => ({
  id: `interaction-${n}`,
  agent: { id: `user-${n % 20}` },
  skills: [{ id: `skill-${n % 8}` }],
  creationTime: '2026-01-01T00:00:00Z',
}));

function withShortRows(body: unknown): unknown {
  return { ...(typeof body === 'object' && body), proceedingInteractions: shortRows };
}

const CODINGS = ['gzip', 'br', 'identity'] as const;

function coded(random: Random): AttackRequest {
  return post(maximal, {}, { headers: { 'accept-encoding': pick(random, CODINGS) } });
}

/** Answers near the bounds, many of them at once, and readers that take their time. */
export const answers: readonly Attack[] = [
  { name: 'rows-30', clients: 4, request: () => post(rows(30)), outcomes: MADE },
  { name: 'fields-1', clients: 1, request: () => post(maximal), outcomes: MADE },
  { name: 'fields-12', clients: 12, request: () => post(maximal), outcomes: MADE },
  {
    name: 'fields-30-slow-readers',
    clients: 30,
    request: (random) => post(maximal, {}, { reading: pick(random, ['at once', 'slowly']) }),
    outcomes: MADE,
  },
  {
    name: 'fields-coded',
    clients: 4,
    request: coded,
    outcomes: MADE,
  },
  {
    name: 'fields-get',
    clients: 3,
    request: (random) =>
      get(maximal, {}, { headers: { accept: pick(random, ['application/json', 'text/event-stream']) } }),
    outcomes: MADE,
  },
  {
    name: 'fields-leaving',
    clients: 12,
    request: () => post(maximal, {}, { reading: 'leaves' }),
    outcomes: MADE,
  },
  {
    name: 'filters-aliases',
    clients: 4,
    request: () => post(filters, { filter }),
    outcomes: ['ok'],
    // Measured: 65 ms, and 285 ms when a whole list is filtered at once.
    mostBusyMs: 200,
    faults: () => [{ kind: 'alter', resource: 'campaignInteractions', alter: withShortRows }],
  },
  {
    name: 'bytes-1',
    clients: 1,
    request: () => post(maximalBytes),
    outcomes: MADE,
    faults: () => [longTexts()],
  },
  {
    name: 'bytes-12',
    clients: 12,
    request: () => post(maximalBytes),
    outcomes: MADE,
    faults: () => [longTexts()],
  },
  {
    name: 'bytes-30-slow-readers',
    clients: 30,
    request: (random) => post(maximalBytes, {}, { reading: pick(random, ['at once', 'slowly']) }),
    outcomes: MADE,
    faults: () => [longTexts()],
  },
  {
    name: 'bytes-coded',
    clients: 4,
    request: (random) => post(maximalBytes, {}, { headers: { 'accept-encoding': pick(random, CODINGS) } }),
    outcomes: MADE,
    faults: () => [longTexts()],
  },
  {
    name: 'bytes-beyond',
    clients: 4,
    request: (random) => post(maximalBytes, {}, { headers: { 'accept-encoding': pick(random, CODINGS) } }),
    outcomes: ['QUERY_TOO_EXPENSIVE answerBytes'],
    faults: () => [interactionsFault((row) => ({ ...row, callerName: LONG_TEXT.repeat(10) }))],
  },
];

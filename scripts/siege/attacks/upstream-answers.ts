import type { Fault } from '../../../src/sandbox/fault.ts';
import { type Attack, post, repeated } from '../attack.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID, ROWS } from '../organisation.ts';
import { interactionsFault } from './interactions-fault.ts';

const BAD = 'UPSTREAM_BAD_RESPONSE';
const MB = 1024 * 1024;
const DEPTH = 100_000;

/** Contacts as JSON text: no writer gets as deep. */
function contactsWith(count: number, value: string): string {
  const rows = Array.from(
    { length: count },
    (_, n) =>
      `{"id":"contact-${n}","name":"Name","contactListId":"${CONTACT_LIST_ID}","callable":true,"data":{"Phone":"+1555${n}","Deep":${value}}}`,
  );
  return `[${rows.join(',')}]`;
}

const contactsOfRows = (first: number) =>
  post(
    `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: ${first}) { nodes { id contact { id data callable } } } }`,
  );
const deepest = nestedArrays(DEPTH);
const deep = nestedArrays(200);

/** Answer with a campaign's rows, of about so many bytes: one long text in each row, or many small objects. */
function rowsOf(bytes: number, isOfObjects: boolean): Fault {
  const each = Math.floor(bytes / ROWS);
  const filler = isOfObjects
    ? Array.from({ length: Math.floor(each / 36) }, (_, n) => ({ key: n, name: 'y'.repeat(16) }))
    : 'y'.repeat(each);
  return interactionsFault((row) => ({ ...row, filler }));
}

/** An answer that is this JSON text. */
function answerOf(body: string): Fault {
  return { kind: 'status', status: 200, resource: 'campaignInteractions', body };
}

/** A row with this JSON text in a property that nothing reads. */
function rowWith(filler: string): Fault {
  const body = `{"campaign":{"id":"${CAMPAIGN_ID}"},"proceedingInteractions":[{"id":"interaction-0","filler":${filler}}]}`;
  return answerOf(body);
}

/** Arrays, each in the one before. */
function nestedArrays(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** Several times what was measured: 75 ms in pieces, and 480 ms for long texts or 1,260 ms for objects at once. */
const PARSED_IN_PIECES_MS = 250;

const count = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", maxAgeMs: 0, first: 5) { totalCount nodes { id } } }`;

/** Answers of the upstream that are large, deep, broken or late. */
export const upstreamAnswers: readonly Attack[] = [
  {
    name: 'json-deepest',
    clients: 2,
    request: () => contactsOfRows(5),
    outcomes: [BAD],
    faults: () => [{ kind: 'status', status: 200, resource: 'contacts', body: contactsWith(5, deepest) }],
  },
  {
    name: 'json-deep-rows',
    clients: 2,
    request: () => contactsOfRows(ROWS),
    outcomes: [BAD],
    faults: () => [{ kind: 'status', status: 200, resource: 'contacts', body: contactsWith(ROWS, deep) }],
  },
  {
    name: 'json-long',
    clients: 2,
    request: () => contactsOfRows(20),
    // Its 28 MB are read after those of others.
    outcomes: [BAD, 'UPSTREAM_TIMEOUT'],
    faults: () => [
      {
        kind: 'status',
        status: 200,
        resource: 'contacts',
        body: contactsWith(20, JSON.stringify('z'.repeat(1.4 * MB))),
      },
    ],
  },
  {
    name: 'upstream-4-mb',
    clients: 2,
    request: () => post(count),
    outcomes: ['ok'],
    faults: () => [rowsOf(4 * MB, true)],
  },
  {
    name: 'upstream-30-mb-texts',
    clients: 2,
    request: () => post(count),
    outcomes: ['ok', 'UPSTREAM_TIMEOUT'],
    mostBusyMs: PARSED_IN_PIECES_MS,
    faults: () => [rowsOf(30 * MB, false)],
  },
  {
    name: 'upstream-30-mb-objects',
    clients: 1,
    request: () => post(count),
    outcomes: ['ok', 'UPSTREAM_TIMEOUT'],
    mostBusyMs: PARSED_IN_PIECES_MS,
    faults: () => [rowsOf(29 * MB, true)],
  },
  ...[2, 30].flatMap((megabytes): readonly Attack[] => [
    {
      name: `upstream-${megabytes}-mb-open`,
      clients: 2,
      request: () => post(count),
      outcomes: [BAD, 'UPSTREAM_TIMEOUT'],
      faults: () => [answerOf('['.repeat(megabytes * MB))],
    },
    {
      name: `upstream-${megabytes}-mb-nested`,
      clients: 2,
      request: () => post(count),
      outcomes: [BAD, 'UPSTREAM_TIMEOUT'],
      faults: () => [answerOf(nestedArrays((megabytes * MB) / 2))],
    },
    {
      name: `upstream-${megabytes}-mb-nested-row`,
      clients: 2,
      request: () => post(count),
      outcomes: [BAD, 'UPSTREAM_TIMEOUT'],
      faults: () => [rowWith(nestedArrays((megabytes * MB) / 2))],
    },
  ]),
  {
    // Within every bound: large enough to be parsed in pieces, and nearly as deep as can be.
    name: 'upstream-deep-row',
    clients: 2,
    request: () => post(count),
    outcomes: ['ok'],
    faults: () => [rowWith(`[${nestedArrays(190_000)},"${'y'.repeat(MB)}"]`)],
  },
  {
    name: 'upstream-30-mb-lists',
    clients: 2,
    request: () => post(count),
    outcomes: [BAD, 'UPSTREAM_TIMEOUT'],
    faults: () => [rowWith(`[${'[],'.repeat(9.7 * MB)}0]`)],
  },
  {
    name: 'upstream-30-mb-chains',
    clients: 2,
    request: () => post(count),
    outcomes: [BAD, 'UPSTREAM_TIMEOUT'],
    faults: () => [rowWith(`[${`${nestedArrays(50)},`.repeat(0.28 * MB)}0]`)],
  },
  {
    name: 'upstream-beyond',
    clients: 2,
    request: () => post(count),
    outcomes: [BAD, 'UPSTREAM_TIMEOUT'],
    faults: () => [rowsOf(40 * MB, false)],
  },
  {
    name: 'upstream-slow-leaving',
    clients: 12,
    request: (random) => post(count, {}, { reading: random() < 0.5 ? 'leaves' : 'at once' }),
    outcomes: ['ok', 'UPSTREAM_TIMEOUT'],
    faults: () => [{ kind: 'delay', ms: 800 }, rowsOf(8 * MB, true)],
  },
  {
    name: 'texts-aliases',
    clients: 3,
    request: () =>
      post(
        `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 100) { nodes { ${repeated(30, (n) => `a${n}: dispositionCode`)} } } }`,
      ),
    outcomes: ['QUERY_TOO_EXPENSIVE answerBytes'],
    faults: () => [
      interactionsFault((row, n) => ({
        ...row,
        disposition: n < 100 ? 'd"\\\u0001é'.repeat(20_000) : 'LIVE_VOICE',
      })),
    ],
  },
];

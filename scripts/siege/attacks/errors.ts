import { pick } from '../../../src/sandbox/random.ts';
import { type Attack, get, post, repeated } from '../attack.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID, ROWS } from '../organisation.ts';
import { interactionsFault } from './interactions-fault.ts';

const BAD = 'UPSTREAM_BAD_RESPONSE';
const INVALID = 'GRAPHQL_VALIDATION_FAILED';
const PARSE_FAILED = 'GRAPHQL_PARSE_FAILED';
const INPUT = 'BAD_USER_INPUT';

/** Longest name that fits into a body beside a short query. */
const LONG = 90_000;
const long = 'n'.repeat(LONG);
const half = 'n'.repeat(LONG / 2);

const brokenDates = () =>
  interactionsFault((row) => ({ ...row, creationTime: 'not a date', callPlacedTime: 'neither' }));
const failing = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: ${ROWS}) { nodes { ${repeated(28, (n) => `a${n}: ${n % 2 === 0 ? 'creationTime' : 'callPlacedTime'}`)} } } }`;
const failingBelow = `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 100) { nodes { campaign { interactions(first: 100) { nodes { ${repeated(20, (n) => `a${n}: creationTime`)} } } } } } }`;

/** Queries whose every error could quote a long text of theirs. */
const quoting: readonly string[] = [
  `query ${long}(${repeated(150, (n) => `$v${n}: Int`)}) { __typename }`,
  `query ${long} { ${repeated(150, (n) => `u${n % 25}`)} __typename }`,
  `query ${long} { campaigns { nodes { ${repeated(150, (n) => `f${n}`)} } } }`,
  `query ${long} { campaigns(first: $a, after: $b) { totalCount ${repeated(100, (n) => `nodes { interactions(first: $v${n}) { totalCount } }`)} } }`,
  `{ ${long} }`,
  `{ ${repeated(50, () => `...${long.slice(0, 1500)}`)} }`,
  `{ ${half}: campaigns(first: 1) { totalCount } ${half}: campaigns(first: 2) { totalCount } }`,
  `{ campaigns(${long}: 1) { totalCount } }`,
  `{ campaigns(first: ${long}) { totalCount } }`,
  `{ campaigns(first: "${long}") { totalCount } }`,
  `{ campaigns(filter: { ${long}: 1 }) { totalCount } }`,
  `{ campaignInteractions(campaignId: "c", orderBy: ${long}) { totalCount } }`,
  `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", filter: { createdAfter: "${long}" }) { totalCount } }`,
  `query ($a: ${long}) { campaigns(first: $a) { totalCount } }`,
  `{ __typename @${long} }`,
  `{ user(id: "${long}") { name } }`,
  `{ campaigns(after: "${long}") { totalCount } }`,
  `{ __type(name: "${half}") { name } ${half} }`,
  `fragment ${long} on Query { ...${long.slice(0, 9000)} }`,
  `${long} { a }`,
  `{ a(b: "${long}`,
];

/** Requests with many errors, with long ones, and with errors that are expensive to locate. */
export const errors: readonly Attack[] = [
  {
    name: 'failing-rows',
    clients: 2,
    request: () => post(failing),
    outcomes: [BAD],
    faults: () => [brokenDates()],
  },
  {
    name: 'failing-lines',
    clients: 1,
    request: (random) => post(`${pick(random, ['\n', '\r\n', '\r']).repeat(4900)}${failing}`),
    outcomes: [BAD],
    faults: () => [brokenDates()],
  },
  {
    name: 'failing-many-lines',
    clients: 1,
    request: () => post(`${'\n'.repeat(45_000)}${failing}`),
    outcomes: [`${PARSE_FAILED} lines`],
    isFree: true,
    faults: () => [brokenDates()],
  },
  {
    name: 'failing-nested',
    clients: 2,
    request: () => post(`${'\n'.repeat(4900)}${failingBelow}`),
    outcomes: [BAD],
    faults: () => [brokenDates()],
  },
  {
    name: 'failing-refused-call',
    clients: 4,
    request: () =>
      post(
        `${'\n'.repeat(4900)}{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: ${ROWS}) { nodes { ${repeated(28, (n) => `a${n}: agent { email title }`)} } } }`,
      ),
    outcomes: ['FORBIDDEN'],
    faults: () => [{ kind: 'missingPermissions', resource: 'users', permissions: ['directory:user:view'] }],
  },
  {
    name: 'failing-fields',
    clients: 2,
    request: () =>
      post(
        `{ campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 100) { nodes { campaign { interactions(first: 155) { nodes { agent { id ${repeated(29, (n) => `a${n}: email`)} } } } } } } }`,
      ),
    // Time runs out on a slow machine.
    outcomes: ['UPSTREAM_UNAVAILABLE', 'QUERY_TOO_EXPENSIVE time'],
    faults: () => [{ kind: 'status', status: 500, resource: 'users' }],
  },
  {
    name: 'failing-get',
    clients: 1,
    request: () => get(`${'\n'.repeat(3000)}${failing}`),
    outcomes: [BAD],
    faults: () => [brokenDates()],
  },
  {
    name: 'quoting-names',
    clients: 4,
    request: (random) => post(pick(random, quoting)),
    outcomes: [INVALID, PARSE_FAILED, INPUT, 'OPERATION_RESOLUTION_FAILURE'],
    isFree: true,
  },
  {
    name: 'invalid-lines',
    clients: 4,
    request: () => post(`${'\n'.repeat(45_000)}{ ${repeated(300, (n) => `unknown${n}`)} }`),
    outcomes: [`${PARSE_FAILED} lines`],
    isFree: true,
  },
  {
    name: 'invalid-many-lines',
    clients: 4,
    request: () => post(`{ ${repeated(300, (n) => `${'\n'.repeat(15)} unknown${n}`)} }`),
    outcomes: [INVALID],
    isFree: true,
  },
  {
    name: 'bad-arguments',
    clients: 4,
    request: () =>
      post(
        `${'\n'.repeat(4000)}{ ${repeated(10, (n) => `a${n}: contact(contactListId: "${CONTACT_LIST_ID}/${n}", id: "") { campaign: id }`)} }`,
      ),
    outcomes: [INPUT],
    isFree: true,
  },
];

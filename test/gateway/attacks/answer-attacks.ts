import { systemClock, type Clock } from '../../../src/lib/clock.ts';
import type { Fault } from '../../../src/sandbox/fault.ts';
import type { Organisation } from '../../../src/sandbox/organisation.ts';
import { TOKEN } from '../../support/gateway.ts';
import {
  CAMPAIGN_ID,
  CONTACT_LIST_ID,
  interaction,
  supervisorsOrganisation,
} from '../../support/organisation.ts';
import { range } from '../../support/range.ts';
import type { Attack } from './attack.ts';

const list = (selection: string, first: number) =>
  `campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: ${first}) { ${selection} }`;
const ofEntity = (selection: string, first: number) =>
  `{ _entities(representations: [{ __typename: "Campaign", id: "${CAMPAIGN_ID}" }]) {
    ... on Campaign { interactions(first: ${first}) { ${selection} } } } }`;

function withRows(count: number, change: object = {}): Organisation {
  const rows = range(count).map((n) => ({ ...interaction(n), ...change }));
  return { ...supervisorsOrganisation(), interactions: () => ({ interactingInteractions: rows }) };
}

const skills = range(100).map((n) => ({ id: `skill-${n}`, name: `Name of skill-${n}` }));
const contactOf = (data: string): Fault => ({
  kind: 'status',
  status: 200,
  resource: 'contacts',
  body: `[{"id":"contact-0","contactListId":"${CONTACT_LIST_ID}","callable":true,"data":${data}}]`,
});
const contact = `{ contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-0") { data callable } }`;

/** Clock by which the time of each request is over when the upstream has answered, without a wait that ends. */
function lateClock(): { clock: Clock; faults: readonly Fault[] } {
  let lateMs = 0;
  const alter = (body: unknown) => {
    lateMs += 60_000;
    return body;
  };
  return {
    clock: { ...systemClock, now: () => systemClock.now() + lateMs },
    faults: [{ kind: 'alter', resource: 'campaignInteractions', alter, times: 1 }],
  };
}

/** Answers that turn out to be more than was planned, and upstream answers that are more than is shown. */
export const answerAttacks: readonly Attack[] = [
  {
    name: 'more skills than is usual',
    query: `{ ${list('nodes { skills { id name } }', 100)} }`,
    against: { organisation: withRows(100, { skills }), env: { MAX_ANSWER_FIELDS: '10000' } },
    outcome: { code: 'QUERY_TOO_EXPENSIVE', limit: 'answerFields', calls: 1 },
  },
  {
    name: 'more skills than is usual, for a router',
    query: ofEntity('nodes { skills { id name } }', 100),
    against: { organisation: withRows(100, { skills }), env: { MAX_ANSWER_FIELDS: '10000', SUBGRAPH: '1' } },
    outcome: { code: 'QUERY_TOO_EXPENSIVE', limit: 'answerFields', calls: 1 },
  },
  {
    name: 'introspection whose fields are many for this gateway',
    query: '{ __schema { types { name } } }',
    against: { env: { MAX_ANSWER_FIELDS: '30' } },
    outcome: { code: 'QUERY_TOO_EXPENSIVE', limit: 'answerFields' },
  },
  {
    name: 'more bytes than an answer may have',
    query: `{ ${list('nodes { id state creationTime }', 1000)} }`,
    against: { organisation: withRows(1000), env: { MAX_ANSWER_BYTES: '50000' } },
    outcome: { code: 'QUERY_TOO_EXPENSIVE', limit: 'answerBytes', calls: 1 },
  },
  {
    name: 'more bytes than an answer may have, for a router',
    query: ofEntity('nodes { id state creationTime }', 1000),
    against: { organisation: withRows(1000), env: { MAX_ANSWER_BYTES: '50000', SUBGRAPH: '1' } },
    outcome: { code: 'QUERY_TOO_EXPENSIVE', limit: 'answerBytes', calls: 1 },
  },
  {
    name: 'more bytes of introspection than an answer may have',
    query: '{ __schema { types { name description fields { name description } } } }',
    against: { env: { MAX_ANSWER_BYTES: '5000' } },
    outcome: { code: 'QUERY_TOO_EXPENSIVE', limit: 'answerBytes' },
  },
  {
    name: 'work that is not done when its time is over',
    query: `{ ${list(
      `nodes { ${range(25)
        .map((n) => `a${n}: __typename`)
        .join(' ')} skills { id name } }`,
      1000,
    )} }`,
    against: { organisation: withRows(1000, { skills: skills.slice(0, 30) }), ...lateClock() },
    outcome: { code: 'QUERY_TOO_EXPENSIVE', limit: 'time', calls: 1 },
  },
  {
    name: 'a contact’s data that is 100,000 lists deep',
    query: contact,
    against: { faults: [contactOf(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)] },
    outcome: { code: 'UPSTREAM_BAD_RESPONSE', calls: 1, hasData: true },
  },
  {
    name: 'a contact’s data of more than a mebibyte',
    query: contact,
    against: { faults: [contactOf(`{"a":"${'x'.repeat(1_200_000)}"}`)] },
    outcome: { code: 'UPSTREAM_BAD_RESPONSE', calls: 1, hasData: true },
  },
  {
    name: '29 fields of each of 1,000 rows, all of which fail',
    query: `{ ${list(
      `nodes { ${range(29)
        .map((n) => `a${n}: agent { email }`)
        .join(' ')} }`,
      1000,
    )} }`,
    against: {
      organisation: withRows(1000),
      faults: [{ kind: 'status', status: 403, resource: 'users', token: TOKEN }],
    },
    outcome: { code: 'FORBIDDEN', calls: 2, hasData: true },
  },
  {
    name: 'a thousand rows with dates that are none',
    query: `{ ${list(
      `nodes { ${range(29)
        .map((n) => `a${n}: creationTime`)
        .join(' ')} }`,
      1000,
    )} }`,
    against: { organisation: withRows(1000, { creationTime: 'yesterday' }) },
    outcome: { code: 'UPSTREAM_BAD_RESPONSE', calls: 1, hasData: true },
  },
];

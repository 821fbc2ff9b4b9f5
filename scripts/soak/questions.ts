import type { Models } from 'purecloud-platform-client-v2';
import { EXAMPLE_CAMPAIGN_ID } from '../../src/sandbox/generate-organisation.ts';
import type { Organisation } from '../../src/sandbox/organisation.ts';
import { pick, type Random } from '../../src/sandbox/random.ts';

/** A query of the load. */
export interface Question {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Error code of a query that can only be refused. */
  readonly refusal?: string;
  /** Sent without a credential; skipped where none is needed. */
  readonly isAnonymous?: true;
  /** Root field whose next pages are fetched with `after`. */
  readonly pagesOf?: string;
}

/** Query of the supervisor's screen: every detail of all entities that the interactions refer to. */
export const flagship: Question = {
  query: `query Screen($campaignId: ID!) {
    campaignInteractions(campaignId: $campaignId, first: 100) {
      totalCount
      nodes {
        id state disposition creationTime
        campaign { name campaignStatus dialingMode }
        agent { name email department }
        contact { name data callable }
        queue { name memberCount }
        script { name startPageName }
        skills { name state }
      }
    }
  }`,
  variables: { campaignId: EXAMPLE_CAMPAIGN_ID },
};

const references: Question = {
  query: `query Talking($campaignId: ID!, $first: Int, $after: String) {
    campaignInteractions(campaignId: $campaignId, first: $first, after: $after, orderBy: CREATION_TIME_DESC) {
      nodes { id state agent { id name } contact { id name } queue { id name } conversation { participants { name } } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  variables: { campaignId: EXAMPLE_CAMPAIGN_ID, first: 30 },
  pagesOf: 'campaignInteractions',
};

const campaigns: Question = {
  query: `query Campaigns($first: Int, $after: String) {
    campaigns(first: $first, after: $after) {
      totalCount
      nodes { id name callerName queue { name } progress { percentage } stats { idleAgents outstandingCalls } }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  variables: { first: 5 },
  pagesOf: 'campaigns',
};

const people: Question = {
  query: `query People($campaignId: ID!) {
    campaignInteractions(campaignId: $campaignId, filter: { states: [INTERACTING] }) {
      nodes { agent { email title presence { systemPresence } manager { name email } skills { skill { name } } } }
    }
  }`,
  variables: { campaignId: EXAMPLE_CAMPAIGN_ID },
};

const refused: readonly Question[] = [
  { query: '{ campaigns(first: 101) { totalCount } }', refusal: 'BAD_USER_INPUT' },
  { query: '{ user(id: "no/id") { name } }', refusal: 'BAD_USER_INPUT' },
  { query: 'query Q($id: ID!) { user(id: $id) { name } }', refusal: 'BAD_USER_INPUT' },
  { query: '{ campaigns { totalCount }', refusal: 'GRAPHQL_PARSE_FAILED' },
  { query: '{ campaigns { colour } }', refusal: 'GRAPHQL_VALIDATION_FAILED' },
  { query: 'query A { __typename } query B { __typename }', refusal: 'OPERATION_RESOLUTION_FAILURE' },
  {
    query: '{ campaigns { totalCount } queue(id: "any") { name } }',
    refusal: 'UNAUTHENTICATED',
    isAnonymous: true,
  },
];

/** Draws a query for a gateway over this organisation. */
export function drawQuestion(random: Random, organisation: Organisation): Question {
  const kind = Math.floor(random() * 12);
  if (kind < 3) return flagship;
  if (kind < 5) return references;
  if (kind < 7) return campaigns;
  if (kind < 8) return people;
  return kind < 11 ? roots(random, organisation) : pick(random, refused);
}

/** Several entities by id; the upstream does not know one of the ids. */
function roots(
  random: Random,
  { users, queues, scripts, contactLists, campaigns: all }: Organisation,
): Question {
  const idOf = (rows: readonly Pick<Models.DomainEntityRef, 'id'>[]) => pick(random, rows).id;
  return {
    query: `query Roots($user: ID!, $queue: ID!, $script: ID!, $list: ID!, $campaign: ID!) {
      user(id: $user) { name email routingStatus { status } division { name } }
      queue(id: $queue) { name description }
      nobody: user(id: "nobody-has-this-id") { name }
      script(id: $script) { name versionId }
      contactList(id: $list) { name }
      campaign(id: $campaign) { name callerName interactions(first: 3) { nodes { contact { data } } } }
    }`,
    variables: {
      user: idOf(users),
      queue: idOf(queues),
      script: idOf(scripts),
      list: idOf(contactLists),
      campaign: idOf(all),
    },
  };
}

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { afterAll } from 'vitest';
import type { Organisation } from '../../../src/sandbox/organisation.ts';
import { gatewayForTest, NOTHING_KEPT, type TestGateway } from '../../support/gateway.ts';
import {
  campaign,
  CAMPAIGN_ID,
  contact,
  CONTACT_LIST_ID,
  supervisorsOrganisation,
} from '../../support/organisation.ts';

export { CAMPAIGN_ID, CONTACT_LIST_ID } from '../../support/organisation.ts';
export const OTHER_CAMPAIGN_ID = 'campaign-2';
export const OTHER_LIST_ID = 'list-2';

export interface SeenRequest {
  readonly method: string;
  /** Path and parameters. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Status of the answer; 0 until there is one. */
  status: number;
}

export interface Stand extends TestGateway {
  /** Requests of clients since the gateway was started. */
  readonly requests: readonly SeenRequest[];
}

let current: RequestListener | null = null;
let address = '';
let requests: SeenRequest[] = [];

/**
 * Starts the server at which all clients ask, since a setup of the documentation has one address. Resolves with the
 * address, without a path. The gateway of the test answers there.
 */
export async function startStand(): Promise<string> {
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const seen = { method, url, headers, status: 0 };
    requests.push(seen);
    response.on('finish', () => (seen.status = response.statusCode));
    if (current === null) response.destroy();
    else current(request, response);
  }).listen(0, '127.0.0.1');
  afterAll(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  await once(server, 'listening');
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) throw new TypeError('The server has a port.');
  address = `http://127.0.0.1:${bound.port}`;
  return address;
}

/** Address of the server that `startStand` has started, without a path. */
export function addressOfClients(): string {
  return address;
}

/** A gateway for this test at the address of all clients, over an organisation with two contacts of one id. */
export async function gatewayForClients(options: Parameters<typeof gatewayForTest>[0] = {}): Promise<Stand> {
  const started = await gatewayForTest({ organisation: twinsOrganisation(), ...options });
  current = started.gateway.listener;
  requests = [];
  return { ...started, requests };
}

/** The supervisor's organisation with a second campaign and list, in which `contact-0` is somebody else. */
export function twinsOrganisation(): Organisation {
  const organisation = supervisorsOrganisation();
  const [list] = organisation.contactLists;
  const other = {
    ...contact(0),
    name: 'Somebody else',
    contactListId: OTHER_LIST_ID,
    data: { Phone: '+1666' },
    selfUri: `/api/v2/outbound/contactlists/${OTHER_LIST_ID}/contacts/contact-0`,
  };
  return {
    ...organisation,
    campaigns: [
      ...organisation.campaigns,
      { ...campaign(OTHER_CAMPAIGN_ID), contactList: { id: OTHER_LIST_ID, name: 'Other list' } },
    ],
    contactLists: [
      ...organisation.contactLists,
      ...(list === undefined ? [] : [{ ...list, id: OTHER_LIST_ID, name: 'Other list' }]),
    ],
    contacts: new Map([...organisation.contacts, [OTHER_LIST_ID, new Map([[other.id, other]])]]),
  };
}

/** A gateway as `gatewayForClients` starts it, with nothing kept, whose campaign loses a row when `lose` is called. */
export async function gatewayWithShrinkingList() {
  const organisation = twinsOrganisation();
  let lost = 0;
  const stand = await gatewayForClients({
    env: NOTHING_KEPT,
    organisation: {
      ...organisation,
      interactions(campaignId, atMs) {
        const list = organisation.interactions(campaignId, atMs);
        return list && { ...list, pendingInteractions: list.pendingInteractions?.slice(lost) ?? [] };
      },
    },
  });
  const lose = () => {
    lost += 1;
  };
  return { ...stand, lose };
}

/** Expected ids of the campaign's interactions, in their order. */
export const allInteractions = Array.from(
  { length: 100 },
  (_, n) => `interaction-${String(n).padStart(3, '0')}`,
);

/** Queries that every client asks, as text. */
export const queries = {
  user: 'query OneUser($id: ID!) { user(id: $id) { nodeId id name email } }',
  unknown: `query Unknown {
    campaignInteractions(campaignId: "nobody-knows", first: 1) { totalCount edges { node { nodeId id } } }
  }`,
  agents: `query Agents {
    campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 1) {
      edges { node { nodeId id agent { nodeId id name email } } }
    }
  }`,
  twins: `query Twins {
    same: contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-0") { nodeId name }
    one: contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-0") { nodeId id name data }
    other: contact(contactListId: "${OTHER_LIST_ID}", id: "contact-0") { nodeId id name data }
  }`,
  page: `query Page($campaignId: ID!, $first: Int, $after: String) {
    campaignInteractions(campaignId: $campaignId, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      edges { cursor node { nodeId id agent { nodeId id name } } }
    }
  }`,
  everything: `query Everything {
    campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 1000, maxAgeMs: 1000) {
      edges { cursor node { nodeId id } }
    }
  }`,
  pageOfCampaign: `query PageOfCampaign($campaignId: ID!, $first: Int, $after: String) {
    campaign(id: $campaignId) {
      nodeId
      interactions(first: $first, after: $after) {
        pageInfo { hasNextPage endCursor }
        edges { cursor node { nodeId id agent { nodeId id name } } }
      }
    }
  }`,
} as const;

/** Names that `queries.twins` has to give. */
export const twins = ['Name of contact-0', 'Somebody else'] as const;

/** Fault and expected code of `queries.agents`, whose first agent then has a name and no e-mail address. */
export const deniedUsers = {
  kind: 'missingPermissions',
  resource: 'users',
  permissions: ['directory:user:view'],
} as const;

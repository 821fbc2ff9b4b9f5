import type { ContenderName } from './contenders.ts';
import {
  deployed,
  flagship,
  freshFlagship,
  oneQueue,
  type Operation,
  type OperationRequest,
  references,
} from './operations.ts';
import { campaignIds, largeCampaignId, namedCampaignIds, queueId } from './upstream/campaigns.ts';

export interface Scenario {
  readonly name: string;
  /** Description of the requests, for the table. */
  readonly title: string;
  readonly connections: number;
  readonly latencyMs: number;
  /** True when each request has its own token, so that nothing can be cached for it. */
  readonly isFreshIdentity: boolean;
  /** Each request is one of these, drawn at random. */
  readonly requests: readonly OperationRequest[];
  /** Interactions in an answer. */
  readonly interactions: number;
  /** Contenders that take part; all when absent. */
  readonly only?: readonly ContenderName[];
}

export const scenarios: readonly Scenario[] = [
  {
    name: 'cold',
    title: '100 interactions with all details, a new identity with each request',
    connections: 16,
    latencyMs: 0,
    isFreshIdentity: true,
    requests: forCampaigns(campaignIds, flagship, 100),
    interactions: 100,
  },
  {
    name: 'warm',
    title: '100 interactions with all details, one identity, a list that is asked for anew',
    connections: 16,
    latencyMs: 0,
    isFreshIdentity: false,
    requests: forCampaigns(campaignIds, freshFlagship, 100),
    interactions: 100,
  },
  {
    name: 'deployed',
    title: '8 operations over 5 campaigns at random, one identity, an upstream that takes 40 ms',
    connections: 64,
    latencyMs: 40,
    isFreshIdentity: false,
    requests: deployed.flatMap((operation) => forCampaigns(campaignIds, operation, 100)),
    interactions: 100,
  },
  {
    name: 'references',
    title: '100 interactions with the names of what they refer to, a new identity with each request',
    connections: 16,
    latencyMs: 0,
    isFreshIdentity: true,
    requests: forCampaigns(namedCampaignIds, references, 100),
    interactions: 100,
  },
  {
    name: 'thousand-cold',
    title: '1,000 interactions with all details, a new identity with each request',
    connections: 4,
    latencyMs: 0,
    isFreshIdentity: true,
    requests: forCampaigns([largeCampaignId], flagship, 1000),
    interactions: 1000,
  },
  {
    name: 'thousand-warm',
    title: '1,000 interactions with all details, one identity, a list that is asked for anew',
    connections: 4,
    latencyMs: 0,
    isFreshIdentity: false,
    requests: forCampaigns([largeCampaignId], freshFlagship, 1000),
    interactions: 1000,
  },
  {
    name: 'small',
    title: 'one queue, a new identity with each request',
    connections: 16,
    latencyMs: 0,
    isFreshIdentity: true,
    requests: [{ ...oneQueue, variables: { id: queueId } }],
    interactions: 0,
    only: ['gateway', 'handWritten', 'yoga'],
  },
];

function forCampaigns(ids: readonly string[], operation: Operation, first: number): OperationRequest[] {
  const hasFirst = operation.query.includes('$first');
  return ids.map((campaignId) => ({
    ...operation,
    variables: { campaignId, ...(hasFirst && { first }) },
  }));
}

/** Document of a client, and its name, by which the hand-written contender answers it. */
export interface Operation {
  readonly operationName: string;
  readonly query: string;
}

export interface OperationRequest extends Operation {
  readonly variables: Readonly<Record<string, unknown>>;
}

const INTERACTIONS = `campaignInteractions(campaignId: $campaignId, first: $first)`;

/** Query for a page of interactions with these fields. */
function screen(operationName: string, fields: string, field = INTERACTIONS): Operation {
  return {
    operationName,
    query: `query ${operationName}($campaignId: ID!, $first: Int) {
  ${field} {
    totalCount
    pageInfo { hasNextPage }
    nodes {
      ${fields}
    }
  }
}`,
  };
}

const EVERY_DETAIL = `id
      state
      creationTime
      callPlacedTime
      disposition
      dispositionCode
      destinationAddress
      dialingMode
      campaign { id name campaignStatus dialingMode }
      agent { id name email department title state }
      queue { id name description memberCount }
      contact { id name callable data callRecords { column lastAttempt lastResult } }
      script { id name versionId publishedDate }
      skills { id name state }`;

/** Supervisor's screen: interactions with details of everything they refer to. */
export const flagship = screen('Screen', EVERY_DETAIL);

/** `flagship`, with a list that is always read anew. */
export const freshFlagship = screen(
  'FreshScreen',
  EVERY_DETAIL,
  `campaignInteractions(campaignId: $campaignId, first: $first, maxAgeMs: 0)`,
);

/** `flagship` with the time at which the upstream was called. */
export const observedFlagship: Operation = {
  operationName: 'ObservedScreen',
  query: flagship.query
    .replace('query Screen', 'query ObservedScreen')
    .replace('totalCount', 'totalCount observedAt'),
};

/** Ids and names, which references may hold. */
export const references = screen(
  'References',
  `id
      state
      campaign { id name }
      agent { id name }
      queue { id name }
      script { id name }
      skills { id name }`,
);

export const oneQueue: Operation = {
  operationName: 'OneQueue',
  query: `query OneQueue($id: ID!) { queue(id: $id) { id name description } }`,
};

/** Operations of the clients of a deployed gateway, each about one campaign. */
export const deployed: readonly Operation[] = [
  flagship,
  screen('Agents', `id state agent { id name email department title state }`),
  screen(
    'QueueBoard',
    `id state callPlacedTime queue { id name description memberCount } agent { id name }`,
    `campaignInteractions(campaignId: $campaignId, first: $first, filter: { states: [INTERACTING, PREVIEWING] })`,
  ),
  screen(
    'Contacts',
    `id destinationAddress contact { id name callable data callRecords { column lastAttempt lastResult } }`,
  ),
  screen(
    'Conversations',
    `id conversation { id startTime participants { id purpose name address ani dnis startTime connectedTime user { id } } }`,
  ),
  screen('Skills', `id state skills { id name state }`),
  screen(
    'Times',
    `id state creationTime callPlacedTime callRoutedTime previewConnectedTime previewPopDeliveredTime lastActivePreviewWrapupTime disposition script { id name versionId publishedDate }`,
  ),
  {
    operationName: 'CampaignCard',
    query: `query CampaignCard($campaignId: ID!) {
  campaign(id: $campaignId) {
    id
    name
    campaignStatus
    dialingMode
    dateCreated
    progress { numberOfContactsCalled totalNumberOfContacts percentage }
    stats { idleAgents outstandingCalls scheduledCalls connectRatio }
  }
}`,
  },
];

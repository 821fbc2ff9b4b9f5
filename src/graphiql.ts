import type { GraphiQLOptions } from 'graphql-yoga';

/** A query to start from, with its variables. */
interface Example {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The example queries that GraphiQL opens with, for a campaign of that id. */
export function exampleQueries(campaignId: string): Example[] {
  return [
    {
      query: `# Everything a supervisor's screen shows of one campaign: up to 100 interactions with the details of all
# they refer to, for one upstream call per kind of reference. Press the button to run it.
query CampaignScreen($campaignId: ID!) {
  campaignInteractions(campaignId: $campaignId, first: 100) {
    totalCount
    observedAt
    nodes {
      id
      state
      disposition
      creationTime
      campaign { name campaignStatus dialingMode }
      agent { name email department }
      contact { data callable }
      queue { name memberCount }
      script { name publishedDate }
      skills { name state }
    }
  }
}
`,
      variables: { campaignId },
    },
    {
      query: `# The campaigns the caller may see, a page at a time, with how far each has come: progress and stats are
# one upstream call each for all campaigns of the page.
query Campaigns($first: Int = 10, $after: String) {
  campaigns(first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      id
      name
      campaignStatus
      dialingMode
      progress { numberOfContactsCalled totalNumberOfContacts percentage }
      stats { idleAgents outstandingCalls connectRatio }
    }
  }
}
`,
      variables: { first: 10 },
    },
    {
      query: `# Who is talking right now, newest first. Names come with the references, so this is a single upstream call
# until a detail is selected: uncomment one and run it again.
query Talking($campaignId: ID!) {
  campaignInteractions(
    campaignId: $campaignId
    filter: { states: [INTERACTING] }
    orderBy: CREATION_TIME_DESC
    first: 20
  ) {
    totalCount
    nodes {
      id
      callRoutedTime
      agent {
        id
        name
        # presence { systemPresence modifiedDate }
        # manager { name email }
      }
      contact { id name }
      queue { id name }
    }
  }
}
`,
      variables: { campaignId },
    },
  ];
}

/** What GraphiQL is opened with. */
export function graphiqlOptions(examples: readonly Example[]): GraphiQLOptions {
  return {
    title: 'Campaign interaction gateway',
    defaultTabs: examples.map(({ query, variables }) => ({
      query,
      variables: JSON.stringify(variables, null, 2),
    })),
    defaultEditorToolsVisibility: 'variables',
    inputValueDeprecation: true,
    schemaDescription: true,
    // A bearer token typed into the headers' editor must not stay behind in the browser's storage.
    shouldPersistHeaders: false,
  };
}

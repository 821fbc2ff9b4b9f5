import { createHash } from 'node:crypto';
import type { GraphiQLOptions } from 'graphql-yoga';

/**
 * Example queries that GraphiQL opens with, for a campaign id. The id is a default value in the query: GraphiQL takes the
 * queries of its first tabs, but not their variables.
 */
export function exampleQueries(campaignId: string): string[] {
  return [
    `# A supervisor's screen of one campaign: up to 100
# interactions with details of all they refer to, for one
# upstream call for each kind of reference (scripts cost
# one each). The round button runs it.
query CampaignScreen($campaignId: ID! = "${campaignId}") {
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
    `# The campaigns you may see, a page at a time, and how
# far each has come. Progress and stats cost one upstream
# call each for all campaigns of the page. For the next
# page, give endCursor as $after.
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
    `# Who is talking right now, newest first. Names come
# with the references, so this is one upstream call. Take
# a '#' away: one more call for the agents, and another
# for their managers.
query Talking($campaignId: ID! = "${campaignId}") {
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
  ];
}

/** Options of GraphiQL; `asksForToken` when callers must send a header with their own token. */
export function graphiqlOptions(examples: readonly string[], asksForToken: boolean): GraphiQLOptions {
  return {
    title: 'Campaign interaction gateway',
    defaultTabs: examples.map((query) => ({ query })),
    defaultEditorToolsVisibility: asksForToken && 'headers',
    inputValueDeprecation: true,
    schemaDescription: true,
    // A bearer token typed into the headers editor must not stay in the browser's storage.
    shouldPersistHeaders: false,
  };
}

export interface BrowserPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Page with all its scripts inlined, so that it loads nothing from other hosts, and with headers that enforce this. The page
 * is large, so it is loaded at first use.
 */
export async function graphiqlPage(options: GraphiQLOptions): Promise<BrowserPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  // The animation of the tabs leaves them displaced, which the page hides until a tab has the focus: the first mouse press
  // moved the tab away from the pointer, and the click was lost.
  const html = renderGraphiQL(options).replace(
    '</head>',
    '<style>.graphiql-tab { transform: none !important }</style></head>',
  );
  return { html, headers: pageHeaders(html) };
}

function pageHeaders(html: string): Record<string, string> {
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text = '']) => text);
  const hashes = scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  const policy = {
    'default-src': "'none'",
    'script-src': hashes.join(' '),
    // Workers of the editor: the page creates their code from texts in its script.
    'worker-src': 'blob:',
    // The editor writes styles while the user types, so there is no fixed text to hash.
    'style-src': "'unsafe-inline'",
    'img-src': 'data:',
    'font-src': 'data:',
    'connect-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  };
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': Object.entries(policy)
      .map(([directive, sources]) => `${directive} ${sources}`)
      .join('; '),
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    // Older browsers do not know frame-ancestors.
    'x-frame-options': 'DENY',
  };
}

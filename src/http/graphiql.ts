import { createHash } from 'node:crypto';
import type { GraphiQLOptions } from 'graphql-yoga';
import { withOpenedTab } from './opened-tab.ts';
import { pageHeaders } from './page-headers.ts';
import { graphiqlParts } from './graphiql-parts.ts';
import { ASSETS, OPTIONS, SCRIPT, TITLE } from './graphiql-template.ts';
import { StaticFile } from './static-file.ts';

/**
 * Example queries that GraphiQL opens with, for a campaign id. The id is a default value in the query: GraphiQL takes the
 * queries of its first tabs, but not their variables.
 */
export function exampleQueries(campaignId: string): string[] {
  return [
    `# A supervisor's screen of one campaign: up to 100
# interactions with details of all they refer to, for one
# upstream call for each kind of reference (scripts cost
# one each). The round button runs it. Where the header
# x-upstream-report asks for it, the end of the answer
# tells what it cost: extensions.upstream.
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

export interface GraphiqlFacts {
  /** Address of the landing page, relative to GraphiQL's; null where there is none. */
  readonly about: string | null;
  /** Campaign that the examples ask about; null where none is known. */
  readonly campaignId: string | null;
  /** Template of the headers editor, in which callers complete the values. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Options of GraphiQL. Where no campaign is known, it opens with the example that lists them. */
export function graphiqlOptions({ about, campaignId, headers }: GraphiqlFacts): GraphiQLOptions {
  const [screen = '', campaigns = '', talking = ''] = exampleQueries(campaignId ?? 'id-of-a-campaign');
  const examples = campaignId === null ? [campaigns, screen, talking] : [screen, campaigns, talking];
  const hasHeaders = Object.keys(headers).length > 0;
  return {
    title: TITLE,
    ...(about !== null && { logo: linkTo(about) }),
    defaultTabs: examples.map((query) => ({ query })),
    ...(hasHeaders && { defaultHeaders: JSON.stringify(headers, null, 2) }),
    defaultEditorToolsVisibility: hasHeaders && 'headers',
    inputValueDeprecation: true,
    schemaDescription: true,
    // A bearer token typed into the headers editor must not stay in the browser's storage.
    shouldPersistHeaders: false,
  };
}

/** Link beside the title. */
function linkTo(about: string): string {
  return `<a href="${about}" title="Paths of the gateway, and its documentation">Docs</a>`;
}

/** Page and the files that it loads, by name. */
export interface BrowserPage {
  readonly page: StaticFile;
  readonly assets: ReadonlyMap<string, StaticFile>;
}

/** Folder of the files, below the address of the page. */
export const ASSETS_FOLDER = 'assets';

/**
 * GraphiQL as a small page and files that browsers keep, all from this host, with headers that let it load nothing from others. It is
 * loaded at first use.
 *
 * @param endpoint Last part of the page's path. The files are below it, whatever path a proxy puts before.
 */
export async function graphiqlPage(options: GraphiQLOptions, endpoint: string): Promise<BrowserPage> {
  const { html, script, files } = await graphiqlParts();
  const opening = script.replace(
    OPTIONS,
    () => `(${String(withOpenedTab)})(${JSON.stringify(options)}, window)`,
  );
  const page = html
    .replaceAll(ASSETS, `${endpoint}/${ASSETS_FOLDER}/`)
    .replace(SCRIPT, () => `<script>${opening}</script>`);
  return { page: new StaticFile({ bytes: Buffer.from(page), headers: headersOf(opening) }), assets: files };
}

function headersOf(script: string): Record<string, string> {
  const hash = createHash('sha256').update(script).digest('base64');
  return {
    ...pageHeaders({
      'script-src': `'self' 'sha256-${hash}'`,
      // Workers of the editor: the page creates their code from texts in its script.
      'worker-src': 'blob:',
      // The editor writes styles while the user types, so there is no fixed text to hash.
      'style-src': "'self' 'unsafe-inline'",
      'img-src': "'self' data:",
      'font-src': 'data:',
      'connect-src': "'self'",
    }),
    // Its scripts can be others tomorrow.
    'cache-control': 'no-cache',
  };
}

import { createHash } from 'node:crypto';
import type { GraphiQLOptions } from 'graphql-yoga';
import { withOpenedTab } from './opened-tab.ts';
import { pageHeaders } from './page-headers.ts';
import { assetHeaders, hashedName, StaticFile } from './static-file.ts';

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
    title: 'Campaign interaction gateway',
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
  return `<a href="${about}" title="What is where, and where the documentation is">Docs</a>`;
}

/** Page and the files that it loads, by name. */
export interface BrowserPage {
  readonly page: StaticFile;
  readonly assets: ReadonlyMap<string, StaticFile>;
}

/** Folder of the files, below the address of the page. */
export const ASSETS = 'assets';

/** Start of the script's last statement, which has the options. */
const RENDERING = 'YogaGraphiQL.renderYogaGraphiQL(';

/**
 * GraphiQL as a small page and files that browsers keep, all from this host, with headers that let it load nothing from others.
 * Its package gives one text of nine megabytes with everything inlined, so it is loaded at first use and taken apart.
 *
 * @param endpoint Last part of the page's path. The files are below it, whatever path a proxy puts before.
 */
export async function graphiqlPage(options: GraphiQLOptions, endpoint: string): Promise<BrowserPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const assets = new Map<string, StaticFile>();
  const kept = (extension: string, contentType: string, bytes: Buffer<ArrayBuffer>): string => {
    const name = hashedName('graphiql', extension, bytes);
    assets.set(name, new StaticFile({ bytes, headers: assetHeaders(contentType) }));
    return `${endpoint}/${ASSETS}/${name}`;
  };
  const written = JSON.stringify(options);
  let rendering = '';
  const html = renderGraphiQL(options)
    .replace(/href="data:image\/x-icon;base64,([^"]+)"/, (_icon, data: string) => {
      return `href="${kept('ico', 'image/x-icon', Buffer.from(data, 'base64'))}"`;
    })
    .replace(/<style>(.*?)<\/style>/s, (_style, text: string) => {
      return `<link rel="stylesheet" href="${kept('css', 'text/css; charset=utf-8', Buffer.from(text + OWN_STYLE))}" />`;
    })
    .replace(/<script>(.*?)<\/script>/s, (_script, text: string) => {
      const at = text.lastIndexOf(RENDERING);
      rendering = text.slice(at).replace(written, () => `(${String(withOpenedTab)})(${written}, window)`);
      const library = Buffer.from(text.slice(0, at));
      return `<script src="${kept('js', 'text/javascript; charset=utf-8', library)}"></script><script>${rendering}</script>`;
    });
  if (assets.size !== 3 || !rendering.includes(', window)'))
    throw new TypeError('The parts of GraphiQL are not where they were.');
  // Nearly all browsers accept Brotli: it is ready by the time that they ask.
  for (const asset of assets.values()) asset.compressed('br').catch(() => undefined);
  return { page: new StaticFile({ bytes: Buffer.from(html), headers: headersOf(rendering) }), assets };
}

/**
 * Space beside the link, and tabs without their animation. The animation leaves them displaced, which the page hides until a tab
 * has the focus: the first mouse press moved the tab away from the pointer, and the click was lost.
 */
const OWN_STYLE = `
.graphiql-tab { transform: none !important }
.graphiql-logo a[href="./"] { padding-right: 1em }
`;

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

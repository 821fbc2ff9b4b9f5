import { createHash } from 'node:crypto';
import { pageHeaders } from './page-headers.ts';

export interface LandingPageOptions {
  /** Path of GraphQL. */
  readonly endpoint: string;
  /** True when GraphiQL is served. */
  readonly hasGraphiql: boolean;
  /** True when the data is that of the embedded sandbox. */
  readonly isSandbox: boolean;
}

/** What is where, for somebody who opens the address of the gateway: a page for browsers, a text for programs. */
export interface LandingPage {
  readonly html: string;
  readonly text: string;
  /** Headers of the page. */
  readonly headers: Readonly<Record<string, string>>;
}

const TITLE = 'Campaign interaction gateway';
const STYLE = `body { font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem }
:root { color-scheme: light dark }`;
const DOCUMENTATION =
  'The documentation comes with the source: README.md lists its pages, docs/faq.md explains the errors that a new user meets, and docs/cost.md explains what queries cost.';

/** Links have no leading slash, so that they lead to the gateway behind any path that a proxy puts before. */
export function landingPage(options: LandingPageOptions): LandingPage {
  const about = aboutOf(options);
  const places = placesOf(options);
  const items = places.map(([path, what]) => `<li><a href="${path}">${path}</a>: ${what}</li>`).join('\n');
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${TITLE}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<h1>${TITLE}</h1>
<p>${about}</p>
<ul>
${items}
</ul>
<p>${DOCUMENTATION}</p>
</body>
</html>
`;
  const lines = places.map(([path, what]) => `/${path}: ${what}`).join('\n');
  const styleHash = createHash('sha256').update(STYLE).digest('base64');
  return {
    html,
    text: `${TITLE}\n\n${about}\n\n${lines}\n\n${DOCUMENTATION}\n`,
    headers: pageHeaders({ 'style-src': `'sha256-${styleHash}'`, 'img-src': 'data:' }),
  };
}

function aboutOf({ isSandbox }: LandingPageOptions): string {
  const about =
    'GraphQL over the Genesys Cloud REST API, for what outbound campaigns are doing right now: interactions with their agents, contacts, queues, skills and scripts.';
  return isSandbox ? `${about} The data here is invented: it comes from the embedded sandbox.` : about;
}

function placesOf({
  endpoint,
  hasGraphiql,
}: LandingPageOptions): readonly (readonly [path: string, what: string])[] {
  const graphiql = hasGraphiql
    ? ' Browsers get GraphiQL here, with examples and the documentation of the schema.'
    : '';
  return [
    [endpoint.slice(1), `queries, sent by POST as application/json.${graphiql}`],
    ['health', 'tells whether the process runs.'],
    ['ready', 'tells whether the gateway can answer, and if not, why.'],
  ];
}

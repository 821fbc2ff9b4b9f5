import { ASSETS, type GraphiqlParts, OPTIONS, SCRIPT, TITLE } from './graphiql-template.ts';
import { assetHeaders, hashedName, StaticFile } from './static-file.ts';

/** File of GraphiQL before it is served, for those who write it down. */
export interface GraphiqlFile {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Buffer<ArrayBuffer>;
}

/** Start of the script's last statement, which has the options. */
const RENDERING = 'YogaGraphiQL.renderYogaGraphiQL(';

/**
 * Space beside the link, and tabs without their animation. The animation leaves them displaced, which the page hides until a tab
 * has the focus: the first mouse press moved the tab away from the pointer, and the click was lost.
 */
const OWN_STYLE = `
.graphiql-tab { transform: none !important }
.graphiql-logo a[href="./"] { padding-right: 1em }
`;

/** Parts of GraphiQL as they are served from the sources. */
export async function graphiqlParts(): Promise<GraphiqlParts> {
  const { html, script, files } = await takeApart();
  const served = new Map(
    files.map(({ name, contentType, bytes }) => [
      name,
      new StaticFile({ bytes, headers: assetHeaders(contentType) }),
    ]),
  );
  // Nearly all browsers accept Brotli: it is ready by the time that they ask.
  for (const file of served.values()) file.compressed('br').catch(() => undefined);
  return { html, script, files: served };
}

/** Takes apart what GraphiQL's package gives: one text of nine megabytes with everything inlined. */
export async function takeApart(): Promise<
  Pick<GraphiqlParts, 'html' | 'script'> & { files: GraphiqlFile[] }
> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const files: GraphiqlFile[] = [];
  const kept = (extension: string, contentType: string, bytes: Buffer<ArrayBuffer>): string => {
    const name = hashedName('graphiql', extension, bytes);
    files.push({ name, contentType, bytes });
    return ASSETS + name;
  };
  const options = { title: TITLE };
  const written = JSON.stringify(options);
  let script = '';
  const html = renderGraphiQL(options)
    .replace(/href="data:image\/x-icon;base64,([^"]+)"/, (_icon, data: string) => {
      return `href="${kept('ico', 'image/x-icon', Buffer.from(data, 'base64'))}"`;
    })
    .replace(/<style>(.*?)<\/style>/s, (_style, text: string) => {
      return `<link rel="stylesheet" href="${kept('css', 'text/css; charset=utf-8', Buffer.from(text + OWN_STYLE))}" />`;
    })
    .replace(/<script>(.*?)<\/script>/s, (_script, text: string) => {
      const at = text.lastIndexOf(RENDERING);
      script = text.slice(at).replace(written, () => OPTIONS);
      const library = Buffer.from(text.slice(0, at));
      return `<script src="${kept('js', 'text/javascript; charset=utf-8', library)}"></script>${SCRIPT}`;
    });
  if (files.length !== 3 || !script.includes(OPTIONS)) {
    throw new TypeError('The parts of GraphiQL are not where they were.');
  }
  return { html, script, files };
}

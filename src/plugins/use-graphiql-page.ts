import { type Plugin, shouldRenderGraphiQL } from 'graphql-yoga';
import type { BrowserPage } from '../graphiql.ts';

/**
 * Shows browsers GraphiQL where they would get JSON. Yoga has such a plugin, which makes the page, of nine megabytes, anew for each
 * that asks and has no place for its headers.
 *
 * @param page Null where there is none, which a browser is told then.
 */
export function useGraphiqlPage(page: (() => Promise<BrowserPage>) | null): Plugin {
  let made: Promise<BrowserPage> | undefined;
  return {
    onRequestParse({ request, url, endResponse, fetchAPI }) {
      if (!shouldRenderGraphiQL(request)) return;
      if (page === null) {
        // With a query it is answered, or refused for what it lacks.
        if (url.search === '')
          endResponse(new fetchAPI.Response(noPage, { status: 404, headers: jsonContent }));
        return;
      }
      made ??= page();
      return made.then(({ html, headers }) =>
        endResponse(new fetchAPI.Response(html, { headers: { ...headers } })),
      );
    },
  };
}

const jsonContent = { 'content-type': 'application/json; charset=utf-8' };
const noPage = JSON.stringify({
  errors: [
    {
      message: 'There is no page here, for GraphiQL is switched off. Queries are sent by POST.',
      extensions: { code: 'NOT_FOUND' },
    },
  ],
});

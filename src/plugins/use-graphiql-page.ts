import type { Plugin } from 'graphql-yoga';
import { lastPartOf } from '../http/endpoint.ts';
import { ASSETS_FOLDER, type BrowserPage } from '../http/graphiql.ts';
import { isPageWanted } from '../http/media-types.ts';

type Asked = Parameters<NonNullable<Plugin['onRequest']>>[0];

/**
 * Serves GraphiQL to browsers instead of JSON, and the files that it loads. Yoga's own plugin makes the page, of nine megabytes,
 * anew for each request and cannot set its headers.
 *
 * @param page Null when GraphiQL is off; browsers get a 404 that says so.
 */
export function useGraphiqlPage(page: (() => Promise<BrowserPage>) | null, path: string): Plugin {
  const assets = `${path}/${ASSETS_FOLDER}/`;
  let made: Promise<BrowserPage> | undefined;
  function make(): Promise<BrowserPage> {
    if (made === undefined) {
      made = page === null ? Promise.reject(new TypeError('GraphiQL is off.')) : page();
      // A failure must not be kept for later requests.
      made.catch(() => (made = undefined));
    }
    return made;
  }

  async function sendAsset(asked: Asked): Promise<void> {
    const file = (await make()).assets.get(asked.url.pathname.slice(assets.length));
    if (file !== undefined) asked.endResponse(await file.response(asked.request, asked.fetchAPI));
  }

  return {
    onRequest(asked) {
      if (page === null || !asked.url.pathname.startsWith(assets)) return undefined;
      const { method } = asked.request;
      return method === 'GET' || method === 'HEAD' ? sendAsset(asked) : undefined;
    },
    onRequestParse({ request, url, endResponse, fetchAPI }) {
      if (request.method !== 'GET' || !isPageWanted(request.headers.get('accept'))) return;
      if (page !== null && url.pathname.endsWith('/')) {
        // The page's addresses are relative to the path without a slash at its end.
        const location = `../${lastPartOf(path)}${url.search}`;
        return endResponse(new fetchAPI.Response(null, { status: 308, headers: { location } }));
      }
      if (page !== null) {
        return make().then(async (files) => endResponse(await files.page.response(request, fetchAPI)));
      }
      // A URL with parameters is handled as a GraphQL request.
      if (url.search === '')
        endResponse(new fetchAPI.Response(noPage, { status: 404, headers: { ...jsonContent } }));
      return;
    },
  };
}

// Copied for each answer: a Response writes its headers into the object that it is made with.
const jsonContent = Object.freeze({ 'content-type': 'application/json; charset=utf-8' });
const noPage = JSON.stringify({
  errors: [
    {
      message: 'GraphiQL is switched off, so there is no page here. Send queries by POST.',
      extensions: { code: 'NOT_FOUND' },
    },
  ],
});

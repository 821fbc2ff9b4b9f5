import type { Plugin } from 'graphql-yoga';
import { ENDPOINT, isEndpoint } from '../http/endpoint.ts';
import type { LandingPage } from '../http/landing-page.ts';

/** Answers `/` with a page that says what is where, and all paths where there is nothing with a text that names GraphQL's. */
export function useLandingPage({ html, text, headers }: LandingPage): Plugin {
  return {
    onRequest({ request, url, endResponse, fetchAPI }) {
      if (isEndpoint(url.pathname)) return;
      if (url.pathname !== '/')
        endResponse(new fetchAPI.Response(nothingHere, { status: 404, headers: jsonContent }));
      else if (request.method !== 'GET' && request.method !== 'HEAD') {
        endResponse(
          new fetchAPI.Response(onlyRead, { status: 405, headers: { ...jsonContent, allow: 'GET, HEAD' } }),
        );
      } else {
        const isBrowser = request.headers.get('accept')?.includes('text/html') ?? false;
        const body = isBrowser ? html : text;
        const shown = isBrowser ? headers : { 'content-type': 'text/plain; charset=utf-8' };
        endResponse(
          new fetchAPI.Response(request.method === 'HEAD' ? null : body, {
            headers: { ...shown, vary: 'Accept' },
          }),
        );
      }
    },
  };
}

const jsonContent = { 'content-type': 'application/json; charset=utf-8' };
const nothingHere = errorOf(`There is nothing at this path. GraphQL is at ${ENDPOINT}.`, 'NOT_FOUND');
const onlyRead = errorOf(`Only GET and HEAD are answered here. GraphQL is at ${ENDPOINT}.`, 'BAD_REQUEST');

function errorOf(message: string, code: string): string {
  return JSON.stringify({ errors: [{ message, extensions: { code } }] });
}

import type { Plugin } from 'graphql-yoga';
import { isEndpoint } from '../http/endpoint.ts';
import type { LandingPage } from '../http/landing-page.ts';
import { isPageWanted } from '../http/media-types.ts';

/** Answers `/` with a page that says what is where, and all paths where there is nothing with a text that names GraphQL's. */
export function useLandingPage({ html, text, headers }: LandingPage, endpoint: string): Plugin {
  const nothingHere = errorOf(`There is nothing at this path. GraphQL is at ${endpoint}.`, 'NOT_FOUND');
  const onlyRead = errorOf(`Only GET and HEAD are answered here. GraphQL is at ${endpoint}.`, 'BAD_REQUEST');
  return {
    onRequest(asked) {
      const { request, url, fetchAPI } = asked;
      if (isEndpoint(endpoint, url)) return;
      const refuse = (body: string, status: number, further: Readonly<Record<string, string>> = {}) =>
        asked.endResponse(new fetchAPI.Response(body, { status, headers: { ...jsonContent, ...further } }));
      if (url.pathname !== '/') refuse(nothingHere, 404);
      else if (request.method !== 'GET' && request.method !== 'HEAD') {
        refuse(onlyRead, 405, { allow: 'GET, HEAD' });
      } else {
        const isBrowser = isPageWanted(request.headers.get('accept'));
        const shown = isBrowser ? headers : { 'content-type': 'text/plain; charset=utf-8' };
        const body = request.method === 'HEAD' ? null : isBrowser ? html : text;
        asked.endResponse(new fetchAPI.Response(body, { headers: { ...shown, vary: 'Accept' } }));
      }
    },
  };
}

// Copied for each answer: a Response writes its headers into the object that it is made with.
const jsonContent = Object.freeze({ 'content-type': 'application/json; charset=utf-8' });

function errorOf(message: string, code: string): string {
  return JSON.stringify({ errors: [{ message, extensions: { code } }] });
}

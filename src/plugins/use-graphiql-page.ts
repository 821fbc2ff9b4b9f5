import { type FetchAPI, type Plugin, shouldRenderGraphiQL } from 'graphql-yoga';
import type { BrowserPage } from '../http/graphiql.ts';
import { acceptedCoding, type Coding, compressed } from '../http/content-coding.ts';

/** Page with one body for each content coding. Each body is made once, and all responses share its bytes. */
class SentPage {
  readonly #headers: Readonly<Record<string, string>>;
  readonly #plain: Buffer<ArrayBuffer>;
  readonly #coded = new Map<Coding, Promise<Buffer<ArrayBuffer>>>();

  constructor({ html, headers }: BrowserPage) {
    this.#plain = Buffer.from(html);
    this.#headers = headers;
  }

  async response(acceptEncoding: string, { Response }: Pick<FetchAPI, 'Response'>): Promise<Response> {
    const coding = acceptedCoding(acceptEncoding);
    const body = coding === null ? this.#plain : await this.#codedBy(coding);
    return new Response(body, {
      headers: {
        ...this.#headers,
        vary: 'Accept-Encoding',
        ...(coding !== null && { 'content-encoding': coding }),
      },
    });
  }

  #codedBy(coding: Coding): Promise<Buffer<ArrayBuffer>> {
    let body = this.#coded.get(coding);
    if (body === undefined) {
      body = compressed(this.#plain, coding);
      this.#coded.set(coding, body);
      // A failure, such as a lack of memory, must not be kept for later requests.
      body.catch(() => this.#coded.delete(coding));
    }
    return body;
  }
}

/**
 * Serves GraphiQL to browsers instead of JSON. Yoga's own plugin makes the page, of nine megabytes, anew for each request
 * and cannot set its headers. The page is sent as bytes, which `useCompression` leaves alone, so unread answers share its
 * memory.
 *
 * @param page Null when GraphiQL is off; browsers get a 404 that says so.
 */
export function useGraphiqlPage(page: (() => Promise<BrowserPage>) | null): Plugin {
  let made: Promise<SentPage> | undefined;
  return {
    onRequestParse({ request, url, endResponse, fetchAPI }) {
      if (!shouldRenderGraphiQL(request)) return;
      if (page === null) {
        // A URL with parameters is handled as a GraphQL request.
        if (url.search === '')
          endResponse(new fetchAPI.Response(noPage, { status: 404, headers: jsonContent }));
        return;
      }
      made ??= page().then((browserPage) => new SentPage(browserPage));
      return made
        .then((sent) => sent.response(request.headers.get('accept-encoding') ?? '', fetchAPI))
        .then(endResponse);
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

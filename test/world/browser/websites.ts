import { createServer, type RequestListener } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { listeningForTest } from '../../support/listening.ts';

/**
 * Opens an address in a browser for which these hosts have these servers, at `http://` and their names. Addresses of 127.0.0.1
 * are reached as usual, and others by nobody.
 */
export async function openAmongWebsites(
  browser: Browser,
  address: string,
  websites: Readonly<Record<string, RequestListener>>,
): Promise<Page> {
  const proxy = createServer((request, response) => {
    const url = new URL(request.url ?? '');
    const website = websites[url.host];
    if (website === undefined) return response.destroy();
    request.url = `${url.pathname}${url.search}`;
    return website(request, response);
  });
  proxy.on('connect', (_request, socket) => socket.destroy());
  const context = await browser.newContext({
    proxy: { server: await listeningForTest(proxy), bypass: '127.0.0.1' },
  });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(address);
  return page;
}

/** Server of pages by their paths; any other path leads on to the address that its search part is. */
export function websiteOf(pages: Readonly<Record<string, string>>): RequestListener {
  return (request, response) => {
    const { pathname, search } = new URL(request.url ?? '', 'http://localhost');
    const page = pages[pathname];
    if (page === undefined) {
      const location = decodeURIComponent(search.slice(1));
      response.writeHead(302, { location, 'access-control-allow-origin': '*' }).end();
    } else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  };
}

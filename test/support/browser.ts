import { createServer } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { listeningForTest } from './listening.ts';

export interface RecordedPage {
  readonly page: Page;
  /** Errors that the page threw or that were written to its console. */
  readonly problems: string[];
  /** Addresses of all requests and web sockets of the page and its workers. */
  readonly requests: string[];
  /** Targets outside this machine of HTTP requests and web sockets, none of which got through. */
  readonly strays: string[];
}

/**
 * Opens a page in its own browser context, which is closed with the test.
 *
 * @param bypassCSP True allows what the page's Content-Security-Policy forbids.
 */
export async function openPage(browser: Browser, address: string, bypassCSP = false): Promise<RecordedPage> {
  const problems: string[] = [];
  const requests: string[] = [];
  const { strays, proxy } = await refusingProxy();
  // Large enough to show a whole answer: Monaco renders only what is visible.
  const viewport = { width: 2000, height: 1400 };
  const context = await browser.newContext({
    viewport,
    proxy: { server: proxy, bypass: '127.0.0.1' },
    bypassCSP,
  });
  onTestFinished(() => context.close());
  context.on('weberror', (error) => problems.push(String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} (${message.location().url})`);
  });
  context.on('request', (request) => requests.push(request.url()));
  const page = await context.newPage();
  page.on('websocket', (socket) => requests.push(socket.url()));
  await page.goto(address);
  return { page, problems, requests, strays };
}

/** A proxy that refuses all requests and records their targets. */
async function refusingProxy() {
  const strays: string[] = [];
  const server = createServer((request, response) => {
    strays.push(request.url ?? '');
    response.destroy();
  });
  // CONNECT precedes https and web sockets.
  server.on('connect', (request, socket) => {
    strays.push(request.url ?? '');
    socket.destroy();
  });
  return { strays, proxy: await listeningForTest(server) };
}

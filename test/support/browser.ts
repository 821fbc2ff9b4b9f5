import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { inflate } from '@sparticuz/chromium';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFinished, vi } from 'vitest';
import { listeningForTest } from './listening.ts';

const PACKAGE = fileURLToPath(new URL('../../node_modules/@sparticuz/chromium/', import.meta.url));
/** In the package's own folder, so that another version of it, and `npm ci`, begin anew. */
const INFLATED = `${PACKAGE}inflated/`;

/** Why there is no Chromium on this machine, and how to have one. Null where there is. */
export function whyNoBrowser(): string | null {
  if (chosenPath() !== undefined || (process.platform === 'linux' && process.arch === 'x64')) return null;
  const machine = `${process.platform} on ${process.arch}`;
  return `npm brings no Chromium for ${machine}. Set CHROMIUM_PATH to the program of a Chromium or Chrome.`;
}

/**
 * Starts the Chromium of CHROMIUM_PATH, or the one that npm brings.
 *
 * It is started as Playwright starts it for anybody, and resolves no name: what it asks of the network by itself stays on
 * this machine as well.
 */
export async function launchBrowser(): Promise<Browser> {
  const missing = whyNoBrowser();
  if (missing !== null) throw new Error(missing);
  const chosen = chosenPath();
  if (chosen !== undefined && !existsSync(chosen)) {
    throw new Error(`CHROMIUM_PATH is ${chosen}, and there is no such file.`);
  }
  return chromium.launch({
    executablePath: chosen ?? (await inflatedChromium()),
    // Chromium's own sandbox refuses root, as which containers run.
    chromiumSandbox: false,
    args: ['--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
    env: chosen === undefined ? { ...process.env, ...whatChromiumNeeds } : process.env,
  });
}

function chosenPath(): string | undefined {
  return process.env['CHROMIUM_PATH'] || undefined;
}

/** Machines without a desktop lack libraries and fonts that Chromium does not run without. The package has both. */
const whatChromiumNeeds = {
  LD_LIBRARY_PATH: `${INFLATED}al2023/lib`,
  FONTCONFIG_FILE: `${INFLATED}fonts.conf`,
};

const FONTS_CONF = `<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
</fontconfig>
`;

/**
 * The package's own `executablePath()` takes whatever lies at /tmp/chromium, be it half written by another run or put there
 * by another user, and leaves the libraries out. So the same is done here in a folder that nobody else sees until it
 * is whole.
 */
async function inflatedChromium(): Promise<string> {
  const program = `${INFLATED}chromium`;
  if (existsSync(program)) return program;
  const unfinished = await mkdtemp(`${PACKAGE}inflating-`);
  try {
    // `inflate` writes to the folder for temporary files.
    vi.stubEnv('TMPDIR', unfinished);
    for (const archive of ['chromium.br', 'al2023.tar.br', 'fonts.tar.br']) {
      await inflate(`${PACKAGE}bin/${archive}`);
    }
    await writeFile(`${unfinished}/fonts.conf`, FONTS_CONF);
    await rename(unfinished, INFLATED).catch((error: unknown) => {
      // Another run was faster.
      if (!existsSync(program)) throw error;
    });
  } finally {
    vi.unstubAllEnvs();
    await rm(unfinished, { recursive: true, force: true });
  }
  return program;
}

export interface RecordedPage {
  readonly page: Page;
  /** Errors that the page threw or that were written to its console. */
  readonly problems: string[];
  /** Address of every request of the page and its workers, and of every web socket. */
  readonly requests: string[];
  /** What tried to leave this machine over HTTP or as a web socket. None of it got through. */
  readonly strays: string[];
}

/**
 * A page at this address, in a browser context of its own. It is closed with the test.
 *
 * @param bypassCSP Whether the page may do what its Content-Security-Policy forbids.
 */
export async function openPage(browser: Browser, address: string, bypassCSP = false): Promise<RecordedPage> {
  const problems: string[] = [];
  const requests: string[] = [];
  const { strays, proxy } = await refusingProxy();
  // Large enough to have a whole answer in sight: Monaco renders no more of it.
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

/** A proxy that lets nothing through and notes what it was asked for. */
async function refusingProxy() {
  const strays: string[] = [];
  const server = createServer((request, response) => {
    strays.push(request.url ?? '');
    response.destroy();
  });
  // The way to https and to web sockets.
  server.on('connect', (request, socket) => {
    strays.push(request.url ?? '');
    socket.destroy();
  });
  return { strays, proxy: await listeningForTest(server) };
}

import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { inflate } from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

const PACKAGE = fileURLToPath(new URL('../../node_modules/@sparticuz/chromium/', import.meta.url));
/** Folder inside the package, so that `npm ci` and other versions of the package begin without one. */
const INFLATED = `${PACKAGE}inflated/`;

/** Reason that there is no Chromium on this machine, and how to get one. Null when there is one. */
export function whyNoBrowser(): string | null {
  if (chosenPath() !== undefined || (process.platform === 'linux' && process.arch === 'x64')) return null;
  const machine = `${process.platform} on ${process.arch}`;
  return `npm brings no Chromium for ${machine}. Set CHROMIUM_PATH to the program of a Chromium or Chrome.`;
}

/**
 * Starts the Chromium of CHROMIUM_PATH, or the one that npm brings.
 *
 * Chromium starts with Playwright's defaults, but resolves no host name: its own requests stay on this machine as well.
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
    // Chromium's own sandbox refuses to run as root, the user of many containers.
    chromiumSandbox: false,
    args: ['--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'],
    env: chosen === undefined ? { ...process.env, ...whatChromiumNeeds } : process.env,
  });
}

function chosenPath(): string | undefined {
  return process.env['CHROMIUM_PATH'] || undefined;
}

/** Chromium needs libraries and fonts that machines without a desktop lack. The package has both. */
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
 * Path of the inflated Chromium. The package's own `executablePath()` takes any file at /tmp/chromium, even one that another
 * run has half written or another user has put there, and leaves the libraries out. So this function inflates into a
 * folder that gets its name once complete.
 */
async function inflatedChromium(): Promise<string> {
  const program = `${INFLATED}chromium`;
  if (existsSync(program)) return program;
  const unfinished = await mkdtemp(`${PACKAGE}inflating-`);
  const before = process.env['TMPDIR'];
  try {
    // `inflate` writes to TMPDIR.
    process.env['TMPDIR'] = unfinished;
    for (const archive of ['chromium.br', 'al2023.tar.br', 'fonts.tar.br']) {
      await inflate(`${PACKAGE}bin/${archive}`);
    }
    await writeFile(`${unfinished}/fonts.conf`, FONTS_CONF);
    await rename(unfinished, INFLATED).catch((error: unknown) => {
      // Another run was faster.
      if (!existsSync(program)) throw error;
    });
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    await rm(unfinished, { recursive: true, force: true });
  }
  return program;
}

/**
 * Writes docs/images/graphiql.png: GraphiQL over the embedded sandbox, with the query of a supervisor's screen and its answer.
 *
 * `npm run screenshot [-- another.png]`
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launchBrowser } from '../../test/support/chromium.ts';
import { start } from '../check-readme/run-commands.ts';
import { freePort } from '../free-port.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MOST_BYTES = 150_000;

const [picture = `${ROOT}docs/images/graphiql.png`] = parseArgs({ allowPositionals: true }).positionals;
const over = new AbortController();
const port = await freePort();
const gateway = start('npm start', ROOT, { ...process.env, PORT: String(port) }, over.signal);
const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  page.setDefaultTimeout(60_000);
  await page.goto(await addressOf());
  const run = page.getByRole('button', { name: /^Execute query/ });
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  await run.click();
  const answer = page.locator('.result-window');
  await answer.getByText('campaignInteractions').first().waitFor();
  await mkdir(dirname(picture), { recursive: true });
  await page.screenshot({ path: picture });
} finally {
  await browser.close();
  over.abort();
  await gateway.ended;
}
const { size } = await stat(picture);
console.log(`${picture}: ${size} bytes`);
if (size > MOST_BYTES) {
  console.error(`The picture may have ${MOST_BYTES} bytes at most.`);
  process.exitCode = 1;
}

/** Address of GraphiQL once the gateway prints it. */
async function addressOf(): Promise<string> {
  const address = `http://127.0.0.1:${port}/graphql`;
  while (!gateway.output().includes(`:${port}/graphql`)) {
    if (over.signal.aborted) throw new Error(gateway.output());
    // oxlint-disable-next-line eslint/no-await-in-loop -- waiting
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return address;
}

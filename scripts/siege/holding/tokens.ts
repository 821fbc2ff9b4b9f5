import { setTimeout as delay } from 'node:timers/promises';
import { repeated } from '../attack.ts';
import { GoodClient } from './good-client.ts';
import type { Ground } from './ground.ts';
import { GOOD_TOKEN, SlowUpstream } from './slow-upstream.ts';
import { above, type Outcome, quantile, type Scenario, signed } from './scenario.ts';

const AT_ONCE = 2000;
/** Calls of one request: as many fields as a root may have, each of a script, which is read by a call of its own. */
const CALLS = 8;
const SLOW_MS = 3000;
/** UPSTREAM_CONNECTIONS. */
const MOST_SOCKETS = 256;
const MOST_RATIO = 2;
const GOOD_MS = 4000;
/** Half of what it was. All requests wait here at once, each with its connection, its plan and the calls. */
const MOST_GROWTH_MB = 350;
/** Requests that come at once, and the pause after them: a second in all, which keeps this process busy as well. */
const GROUP = 100;
const GROUP_EVERY_MS = 50;
const SETTLING_MS = 250;

const IN_A_ROW = 50_000;
/** Time for them; a machine that others use does not get through all. */
const IN_A_ROW_MS = 90_000;
const WARM_UP = 500;
const LANES = 32;
/** For all 50,000; fewer may keep their part, beside what a heap grows by without holding anything. */
const MOST_KEPT_MB = 100;
const LEAST_KEPT_MB = 40;

let made = 0;

function madeUp(): string {
  made += 1;
  return `made-up-${made}`;
}

/** Always the same texts, so that calls are what they cost, and not their parsing. */
const ONE_SCRIPT = 'query Script($id: ID!) { script(id: $id) { id name } }';
const MANY_SCRIPTS = `{ ${repeated(CALLS, (n) => `s${n}: script(id: "script-${n}") { id name }`)} }`;

async function slowUpstream(ground: Ground, slowMs: number): Promise<SlowUpstream> {
  const upstream = await SlowUpstream.start(slowMs);
  ground.atEnd(() => upstream.end());
  return upstream;
}

async function atOnce(ground: Ground): Promise<Outcome> {
  const upstream = await slowUpstream(ground, SLOW_MS);
  const { port, figures, gateway } = await ground.gateway({
    GENESYSCLOUD_API_URL: upstream.url,
    // All are let in: the bound here is that of the way upstream.
    MAX_REQUESTS_IN_FLIGHT: String(2 * AT_ONCE),
    // What still waits for a connection then is over, and so is the scenario.
    REQUEST_TIMEOUT_MS: String(SLOW_MS + 1000),
  });
  const good = new GoodClient(ground, { port, token: GOOD_TOKEN, query: ONE_SCRIPT });
  await good.ask(GOOD_MS / 4);
  const alone = await good.ask(GOOD_MS);
  await figures.begin();
  const startMb = figures.residentMb;
  const crowd: Promise<number>[] = [];
  const askOnce = () =>
    ground
      .client(port, { token: madeUp() })
      .ask(MANY_SCRIPTS)
      .then(
        ({ status }) => status,
        () => 0,
      );
  while (crowd.length < AT_ONCE) {
    for (let n = 0; n < GROUP; n += 1) crowd.push(askOnce());
    // oxlint-disable-next-line eslint/no-await-in-loop -- a pause
    await delay(GROUP_EVERY_MS);
  }
  await delay(SETTLING_MS);
  const beside = await good.ask(GOOD_MS);
  const statuses = await Promise.all(crowd);
  const { peakMb } = await figures.end();
  const lost = statuses.filter((status) => status === 0).length;
  const { mostOpen } = await upstream.figures();
  const [besideMs, aloneMs] = [quantile(beside.tookMs, 0.99), quantile(alone.tookMs, 0.99)];
  const ratio = besideMs / aloneMs;
  return {
    figure: `${mostOpen} sockets, ${signed(peakMb - startMb)}; good token: p99 ${besideMs.toFixed(0)} ms beside, ${aloneMs.toFixed(0)} ms alone`,
    problems: [
      ...above('sockets to the upstream', mostOpen, MOST_SOCKETS),
      ...above('RSS growth', peakMb - startMb, MOST_GROWTH_MB, ' MB'),
      ...above("p99 of the good token's requests, against that without the others", ratio, MOST_RATIO),
      ...above('requests without an answer', lost, 0),
      ...[...alone.wrong, ...beside.wrong].slice(0, 2),
      ...gateway.takeComplaints(),
    ],
  };
}

async function inARow(ground: Ground): Promise<Outcome> {
  const upstream = await slowUpstream(ground, 0);
  const { port, residentMb, gateway } = await ground.gateway({ GENESYSCLOUD_API_URL: upstream.url });
  const client = ground.client(port, { connections: LANES });
  let sent = 0;
  const sendAll = async (most: number, untilMs: number) => {
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        while (sent < most && performance.now() < untilMs) {
          sent += 1;
          // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
          await client.ask(ONE_SCRIPT, {
            variables: { id: 'script-0' },
            headers: { authorization: `Bearer ${madeUp()}` },
          });
        }
      }),
    );
  };
  // Code is compiled and heaps have grown then.
  await sendAll(WARM_UP, Infinity);
  const startMb = await residentMb();
  sent = 0;
  await sendAll(IN_A_ROW, performance.now() + IN_A_ROW_MS);
  const grownMb = (await residentMb()) - startMb;
  return {
    figure: `${signed(grownMb)} after ${sent} tokens`,
    problems: [
      ...above('RSS growth', grownMb, Math.max(LEAST_KEPT_MB, (MOST_KEPT_MB * sent) / IN_A_ROW), ' MB'),
      ...above('calls for a token', (await upstream.figures()).calls / (sent + WARM_UP), 2),
      ...gateway.takeComplaints(),
    ],
  };
}

/** Callers with tokens that nobody has given them. */
export const tokens: readonly Scenario[] = [
  {
    name: 'tokens-at-once',
    before: '16,000 sockets, 700 MB',
    openFiles: AT_ONCE + MOST_SOCKETS,
    run: atOnce,
  },
  {
    name: 'tokens-in-a-row',
    before: 'not measured',
    openFiles: 2 * LANES,
    run: inARow,
  },
];

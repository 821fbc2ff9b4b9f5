import { setTimeout as delay } from 'node:timers/promises';
import { OrdinaryClients } from '../ordinary-clients.ts';
import type { Ground } from './ground.ts';
import { above, type Outcome, type Scenario, signed } from './scenario.ts';

const IDLE = 6000;
const NEW_EVERY_MS = 250;
const NEW = 100;
const ROUNDS = 6;
/** MAX_CONNECTIONS, and those above it for probes and refusals (docs/bounds.md). */
const MOST_CONNECTIONS = 4096 + 256;
/** A socket with Node's objects for it takes about 10 kB; several times that. */
const MOST_CONNECTION_KB = 50;
/** CPU time of the gateway's main thread at once. The time that /health takes depends on what else the machine does. */
const MOST_BUSY_MS = 1000;
const SILENT_MS = 5000;

async function idle(ground: Ground): Promise<Outcome> {
  const { url } = await ground.upstream();
  const { port, metrics, residentMb, figures, gateway } = await ground.gateway({ GENESYSCLOUD_API_URL: url });
  const health = ground.health(port);
  const startMb = await residentMb();
  await figures.begin();
  await ground.crowd(
    port,
    Array.from({ length: IDLE }, () => ''),
  );
  const over = new AbortController();
  const ordinary = new OrdinaryClients();
  const asking = ordinary.ask(port, over.signal);
  await health.take();
  let most = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
    await ground.crowd(
      port,
      Array.from({ length: NEW }, () => ''),
    );
    // oxlint-disable-next-line eslint/no-await-in-loop -- a pause
    await delay(NEW_EVERY_MS);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
    most = Math.max(most, Number(/^gateway_connections (\d+)$/m.exec(await metrics())?.[1]));
  }
  over.abort();
  await asking;
  const { busyMs } = await figures.end();
  const { failed, mostMs } = await health.take();
  const grownMb = (await residentMb()) - startMb;
  const { right, refused, wrong } = ordinary;
  return {
    figure: `${most} of ${IDLE + NEW * ROUNDS} connections open, ${signed(grownMb)}; ordinary ${right}, refused ${refused}; /health within ${mostMs.toFixed(0)} ms`,
    problems: [
      ...above('open connections', most, MOST_CONNECTIONS),
      ...above('RSS of a connection', (grownMb * 1000) / MOST_CONNECTIONS, MOST_CONNECTION_KB, ' kB'),
      ...above('work at once', busyMs, MOST_BUSY_MS, ' ms'),
      ...above('silence of /health', mostMs, SILENT_MS, ' ms'),
      ...above('failed probes', failed, 0),
      ...above('ordinary requests that were refused', refused, 0),
      ...(right === 0 ? ['no ordinary request was answered'] : []),
      ...wrong.samples,
      ...gateway.takeComplaints(),
    ],
  };
}

/** Clients that connect, and no more. */
export const connections: readonly Scenario[] = [
  {
    name: 'connections-idle',
    before: 'no bound',
    openFiles: IDLE + NEW * ROUNDS,
    run: idle,
  },
];

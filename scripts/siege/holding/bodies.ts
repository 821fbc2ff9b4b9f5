import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { OrdinaryClients } from '../ordinary-clients.ts';
import type { Ground } from './ground.ts';
import { above, type Outcome, type Scenario, signed } from './scenario.ts';

const CLIENTS = 2000;
/** MAX_BODY_BYTES. */
const BODY_BYTES = 100_000;
const LACKING_BYTES = 10;
const TIMEOUT_MS = 2000;
/** The gateway looks once a second; the rest is for a busy machine. */
const MOST_CLOSING_MS = 6000;
/** CPU time of the gateway's main thread at once. The time that /health takes depends on what else the machine does. */
const MOST_BUSY_MS = 1000;
const SILENT_MS = 5000;
/** 200 MB are sent, and all of it may be there until the time for bodies is over; half as much for sockets and pieces. */
const MOST_GROWTH_MB = 300;
/** Free pages of the allocator: they are used again, and a second such attack finds no more. */
const MOST_KEPT_MB = 200;
/** Clients that connect at once, and the pause after them: two seconds in all, which `/health` has to get through. */
const GROUP = 100;
const GROUP_EVERY_MS = 100;

const sent = Buffer.concat([
  Buffer.from(
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${BODY_BYTES}\r\n\r\n`,
  ),
  Buffer.alloc(BODY_BYTES - LACKING_BYTES, ' '),
]);

async function lackingBodies(ground: Ground): Promise<Outcome> {
  const { url } = await ground.upstream();
  const { port, figures, residentMb, gateway } = await ground.gateway({
    GENESYSCLOUD_API_URL: url,
    BODY_TIMEOUT_MS: String(TIMEOUT_MS),
    // The time for a body is never below that for headers.
    HEADERS_TIMEOUT_MS: String(TIMEOUT_MS),
  });
  const health = ground.health(port);
  const startMb = await residentMb();
  await figures.begin();
  await health.take();
  const over = new AbortController();
  const ordinary = new OrdinaryClients();
  const asking = ordinary.ask(port, over.signal);
  const sockets: Socket[] = [];
  while (sockets.length < CLIENTS) {
    const group = Array.from({ length: GROUP }, () => sent);
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
    sockets.push(...(await ground.crowd(port, group)));
    // oxlint-disable-next-line eslint/no-await-in-loop -- a pause
    await delay(GROUP_EVERY_MS);
  }
  const statuses = new Map<string, number>();
  let open = sockets.length;
  const closed = Promise.all(
    sockets.map(async (socket) => {
      let answer = '';
      socket.on('data', (chunk: Buffer) => (answer ||= chunk.toString('latin1')));
      socket.resume();
      // `once` of node:events would reject at an error.
      if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
      open -= 1;
      const status = /^HTTP\/1\.1 (\d+) /.exec(answer)?.[1] ?? 'closed';
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }),
  );
  await Promise.race([closed, delay(MOST_CLOSING_MS)]);
  over.abort();
  await asking;
  const { peakMb, busyMs } = await figures.end();
  const { failed, mostMs } = await health.take();
  const keptMb = await residentMb();
  const { right, refused, wrong } = ordinary;
  const counts = [...statuses].map(([status, count]) => `${status} ${count}`).join(', ');
  return {
    figure: `${signed(peakMb - startMb)} at the peak, ${signed(keptMb - startMb)} later; ${counts}, open ${open}; /health within ${mostMs.toFixed(0)} ms; ordinary ${right}, refused ${refused}`,
    problems: [
      ...above('RSS growth', peakMb - startMb, MOST_GROWTH_MB, ' MB'),
      ...above('RSS growth later', keptMb - startMb, MOST_KEPT_MB, ' MB'),
      ...above(`connections still open after ${MOST_CLOSING_MS} ms`, open, 0),
      ...above('work at once', busyMs, MOST_BUSY_MS, ' ms'),
      ...above('silence of /health', mostMs, SILENT_MS, ' ms'),
      ...above('failed probes', failed, 0),
      ...(right <= refused ? [`of ${right + refused} ordinary requests, ${refused} were refused`] : []),
      ...wrong.samples,
      ...gateway.takeComplaints(),
    ],
  };
}

/** Clients whose requests never end. */
export const bodies: readonly Scenario[] = [
  {
    name: 'bodies-lacking',
    before: '+240 MB, none closed after 15 s',
    openFiles: CLIENTS,
    run: lackingBodies,
  },
];

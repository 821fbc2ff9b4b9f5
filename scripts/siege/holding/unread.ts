import { setTimeout as delay } from 'node:timers/promises';
import { OrdinaryClients, ORDINARY_TOKENS } from '../ordinary-clients.ts';
import { CAMPAIGN_ID } from '../organisation.ts';
import { HEAP_MB } from '../start-gateway.ts';
import type { Ground } from './ground.ts';
import { above, type Outcome, type Scenario, signed } from './scenario.ts';

/** Time in which the answers are made, as far as the gateway makes them without a reader. */
const UNREAD_MS = 1500;
/** Time in which a gateway lets go of what clients have left behind. */
const LEFT_MS = 500;
/** All answers that are made, waiting or unread may take a third of the heap (docs/bounds.md); the rest is garbage of their making. */
const MOST_UNREAD_MB = HEAP_MB / 2;
/** RSS that a gateway may keep without holding anything: the allocator's and the heap's free pages. */
const MOST_KEPT_MB = 64;

/** Connections of the crowd that asks for GraphiQL. */
const CROWD = 1000;
const CROWD_REQUESTS = 10;
/** What Node reads at once, and what it reads ahead. A copy of the page's script would be 60 times as much. */
const MOST_CONNECTION_KB = 128;

const FLAGSHIPS = 20;
const FLAGSHIP_REQUESTS = 100;
const flagship = JSON.stringify({
  query: `query Flagship {
    campaignInteractions(campaignId: "${CAMPAIGN_ID}", first: 500) {
      totalCount
      nodes {
        id state disposition creationTime callerName callerAddress
        agent { id name } contact { id name } queue { id name } script { id name } skills { id name }
      }
    }
  }`,
});

function page(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n`;
}

function flagshipOf(token: string): string {
  return `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer ${token}\r\nContent-Length: ${flagship.length}\r\n\r\n${flagship}`;
}

/** As many whole requests as fit into so many bytes. */
function within(bytes: number, request: string): string {
  return request.repeat(Math.floor(bytes / request.length));
}

/** Path of the largest file that GraphiQL's page loads. The gateway has read page and file once then. */
async function largestAsset(ground: Ground, port: number): Promise<string> {
  const client = ground.client(port);
  const { text } = await client.get('/graphql', { accept: 'text/html' });
  let largest = { path: '', bytes: 0 };
  // The page names them relative to its own address.
  for (const [name] of text.matchAll(/graphql\/assets\/[\w.-]+/g)) {
    const path = `/${name}`;
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
    const { text: file } = await client.get(path, { 'accept-encoding': 'identity' });
    if (file.length > largest.bytes) largest = { path, bytes: file.length };
  }
  if (largest.bytes === 0) throw new TypeError("GraphiQL's page names no files.");
  return largest.path;
}

/** Connections that send these bytes and read nothing. */
interface Unread {
  readonly what: string;
  readonly sent: readonly string[];
}

/** Figures while such connections are there, and after they have left; for each of several crowds, one after another. */
async function unread(
  ground: Ground,
  env: Readonly<Record<string, string>>,
  prepare: (port: number) => Promise<readonly Unread[]>,
): Promise<Outcome> {
  const { port, figures, residentMb, gateway } = await ground.gateway(env);
  const crowds = await prepare(port);
  await new OrdinaryClients().ask(port, AbortSignal.timeout(LEFT_MS));
  const startMb = await residentMb();
  const over = new AbortController();
  const ordinary = new OrdinaryClients();
  const asking = ordinary.ask(port, over.signal);
  const shown: string[] = [];
  const problems: string[] = [];
  for (const { what, sent } of crowds) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
    const { peakMb, keptMb } = await once(sent);
    shown.push(`${what}${signed(peakMb)} at the peak, ${signed(keptMb)} after the clients left`);
    problems.push(
      ...above(`${what}RSS growth`, peakMb, MOST_UNREAD_MB, ' MB'),
      ...above(`${what}RSS growth after the clients left`, keptMb, MOST_KEPT_MB, ' MB'),
    );
  }
  over.abort();
  await asking;
  const { right, refused, wrong } = ordinary;
  return {
    figure: `${shown.join('; ')}; ordinary ${right}, refused ${refused}`,
    problems: [
      ...problems,
      ...(right <= refused ? [`of ${right + refused} ordinary requests, ${refused} were refused`] : []),
      ...wrong.samples,
      ...gateway.takeComplaints(),
    ],
  };

  async function once(sent: readonly string[]) {
    await figures.begin();
    const sockets = await ground.crowd(port, sent);
    await delay(UNREAD_MS);
    const { peakMb } = await figures.end();
    for (const socket of sockets) socket.destroy();
    await delay(LEFT_MS);
    return { peakMb: peakMb - startMb, keptMb: (await residentMb()) - startMb };
  }
}

/** Bytes of memory for each connection that does not read, against connections that only exist. */
async function crowd(ground: Ground): Promise<Outcome> {
  const { url } = await ground.upstream();
  const { port, residentMb, gateway } = await ground.gateway({ GENESYSCLOUD_API_URL: url });
  const asset = await largestAsset(ground, port);
  const startMb = await residentMb();
  await ground.crowd(
    port,
    Array.from({ length: CROWD }, () => ''),
  );
  const idleMb = await residentMb();
  const sent = [page('/graphql'), page(asset)];
  await ground.crowd(
    port,
    Array.from({ length: CROWD }, (_, n) => (sent[n % sent.length] ?? '').repeat(CROWD_REQUESTS)),
  );
  await delay(UNREAD_MS);
  const unreadMb = await residentMb();
  const each = (megabytes: number) => (megabytes * 1000) / CROWD;
  const [idleKb, unreadKb] = [each(idleMb - startMb), each(unreadMb - idleMb)];
  return {
    figure: `${unreadKb.toFixed(0)} kB for each of ${CROWD} connections with ${CROWD_REQUESTS} requests, ${idleKb.toFixed(0)} kB for each idle one`,
    problems: [
      ...above('memory of a connection beyond an idle one', unreadKb - idleKb, MOST_CONNECTION_KB, ' kB'),
      ...gateway.takeComplaints(),
    ],
  };
}

/** Clients that ask and do not read. */
export const unreadAnswers: readonly Scenario[] = [
  {
    name: 'graphiql-unread',
    before: '1.06 GB; 33 kB: 3.4 GB, kept after the clients left',
    openFiles: 10,
    run: async (ground) => {
      const { url } = await ground.upstream();
      return unread(ground, { GENESYSCLOUD_API_URL: url }, async (port) => {
        const asset = await largestAsset(ground, port);
        return [6100, 33_000].map((bytes) => ({
          what: `${(bytes / 1000).toFixed(0)} kB: `,
          sent: [within(bytes, page('/graphql')), within(bytes, page(asset))],
        }));
      });
    },
  },
  {
    name: 'graphiql-crowd',
    before: 'not measured',
    openFiles: 2 * CROWD,
    run: crowd,
  },
  {
    name: 'flagship-unread',
    before: '1.7 GB, still there 15 s later',
    openFiles: FLAGSHIPS,
    run: async (ground) => {
      const { url } = await ground.upstream();
      return unread(ground, { GENESYSCLOUD_API_URL: url }, async (port) => {
        const [token = ''] = ORDINARY_TOKENS;
        // The list and its rows are cached then; they are no part of what the answers take.
        await ground.client(port, { token }).ask(JSON.parse(flagship).query);
        const sent = Array.from({ length: FLAGSHIPS }, () => flagshipOf(token).repeat(FLAGSHIP_REQUESTS));
        return [{ what: '', sent }];
      });
    },
  },
];

import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { repeated } from '../attack.ts';
import { AGENT_IDS, siegeOrganisation } from '../organisation.ts';
import type { Client } from './client.ts';
import type { Ground } from './ground.ts';
import { above, type Outcome, type Scenario } from './scenario.ts';

const TOKEN = 'siege-service';
const QUOTA = { allowed: 300, windowSeconds: 60 };
/** More calls than the quota has left wait then, until their patience with its pace is over. */
const GREEDY_CLIENTS = 40;
const IDS = 8;
/** Time in which the greedy key spends what it can: half at once, the rest after a quarter of the time for a request. */
const BEGINS_MS = 3500;
const ORDINARY_ASKS = 8;
const ORDINARY_EVERY_MS = 400;

/** Client that asks for ids that nobody has, as many as it can. Scripts are read by a call each. */
async function askGreedily(client: Client, over: AbortSignal): Promise<void> {
  await Promise.all(
    Array.from({ length: GREEDY_CLIENTS }, async () => {
      while (!over.aborted) {
        const ids = Array.from({ length: IDS }, () => randomUUID());
        // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
        await client.ask(`{ ${repeated(IDS, (n) => `s${n}: script(id: "${ids[n]}") { id }`)} }`);
      }
    }),
  );
}

/** Request that costs a call: nobody has asked for this user before. A list would be shown again while the quota is short. */
function ordinary(n: number): string {
  return `{ user(id: "${AGENT_IDS[n]}") { id email } }`;
}

async function greedyKey(ground: Ground): Promise<Outcome> {
  const sandbox = await startSandbox({
    organisation: siegeOrganisation(),
    tokens: [TOKEN],
    rateLimit: QUOTA,
  });
  ground.atEnd(() => sandbox.close());
  const keys = [randomUUID(), randomUUID()];
  const { port, gateway } = await ground.gateway({
    GENESYSCLOUD_API_URL: sandbox.url,
    GENESYSCLOUD_ACCESS_TOKEN: TOKEN,
    AUTH_API_KEY_HASHES: keys.map((key) => createHash('sha256').update(key).digest('hex')).join(','),
  });
  const [greedy, other] = keys.map((key) =>
    ground.client(port, { headers: { 'x-api-key': key }, connections: GREEDY_CLIENTS }),
  );
  if (greedy === undefined || other === undefined) throw new TypeError('There are two keys.');
  const over = new AbortController();
  const asking = askGreedily(greedy, over.signal);
  await delay(BEGINS_MS);
  const answers = await Promise.all(
    Array.from({ length: ORDINARY_ASKS }, async (_, n) => {
      await delay(n * ORDINARY_EVERY_MS);
      return other.ask(ordinary(n));
    }),
  );
  over.abort();
  const refused = answers.filter(({ text }) => !text.startsWith('{"data":{"user":{"id":'));
  const calls = (isOther: boolean) =>
    sandbox.requests.filter(({ resource }) => (resource === 'users') === isOther).length;
  const spent = { greedy: calls(false), other: calls(true) };
  greedy.close();
  await asking.catch(() => undefined);
  return {
    figure: `${spent.greedy} of the minute's ${QUOTA.allowed} calls are the greedy key's; the other is answered ${ORDINARY_ASKS - refused.length} times of ${ORDINARY_ASKS}`,
    problems: [
      ...above('refused requests of a key that has spent less than its share', refused.length, 0),
      ...refused.slice(0, 1).map(({ status, text }) => `${status} ${text.slice(0, 200)}`),
      ...gateway.takeComplaints(),
    ],
  };
}

/** Callers who share the gateway's own credential. */
export const keys: readonly Scenario[] = [
  {
    name: 'keys-greedy',
    before: "299 of the minute's 300 calls are its; the other key is answered once in 39",
    openFiles: 2 * GREEDY_CLIENTS,
    run: greedyKey,
  },
];

import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { Finding } from '../soak/finding.ts';
import { post } from './attack.ts';
import { isBusy } from './judge.ts';
import { CAMPAIGN_ID, ROWS } from './organisation.ts';
import { send } from './send.ts';

const CLIENTS = 2;
const PAUSE_MS = 50;
const USERS = 8;

export const ORDINARY_TOKENS: readonly string[] = Array.from(
  { length: CLIENTS },
  (_, n) => `siege-ordinary-${n}`,
);

const users = Array.from({ length: USERS }, (_, n) => `user-${n}`);
const question = post(
  `query Ordinary($campaign: ID!) {
    ${users.map((id, n) => `u${n}: user(id: "${id}") { id name email }`).join('\n')}
    campaignInteractions(campaignId: $campaign, first: 2) { totalCount nodes { id agent { id name } } }
  }`,
  { campaign: CAMPAIGN_ID },
);
const expected = {
  data: {
    ...Object.fromEntries(
      users.map((id, n) => [`u${n}`, { id, name: `Name of ${id}`, email: `${id}@example.com` }]),
    ),
    campaignInteractions: {
      totalCount: ROWS,
      nodes: [0, 1].map((n) => ({
        id: `interaction-00${n}`,
        agent: { id: `user-${n}`, name: `Name of user-${n}` },
      })),
    },
  },
};

/** Ordinary clients beside an attack. Their one query has a known answer, and is far within all bounds. */
export class OrdinaryClients {
  right = 0;
  /** Number of answers of 503 with Retry-After. */
  refused = 0;
  /** Wrong answers, and requests without an answer. */
  readonly wrong = new Finding();

  /** Sends the query again and again until the signal aborts. */
  async ask(port: number, over: AbortSignal): Promise<void> {
    await Promise.all(
      ORDINARY_TOKENS.map(async (token) => {
        do {
          // oxlint-disable-next-line eslint/no-await-in-loop -- one request after another
          await this.#askOnce(port, token);
          // oxlint-disable-next-line eslint/no-await-in-loop -- a pause
          await delay(PAUSE_MS);
        } while (!over.aborted);
      }),
    );
  }

  async #askOnce(port: number, token: string): Promise<void> {
    try {
      const reply = await send(port, question, token, 1);
      if (reply === null) return;
      if (isBusy(reply)) this.refused += 1;
      else if (reply.status === 200 && isDeepStrictEqual(JSON.parse(reply.text), expected)) this.right += 1;
      else this.wrong.add(`${reply.status} ${reply.text}`);
    } catch (error) {
      this.wrong.add(String(error));
    }
  }
}

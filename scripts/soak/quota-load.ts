import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { generateOrganisation } from '../../src/sandbox/generate-organisation.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { JSON_TYPE } from './check-reply.ts';
import { Client } from './client.ts';
import { Finding } from './finding.ts';
import { listeningGateway } from './listening-gateway.ts';
import { madeUpId, nameIn, withMadeUpConversations } from './made-up-conversations.ts';
import type { SoakSettings } from './parse-soak-settings.ts';
import { flagship, type Question } from './questions.ts';
import { type QuotaPlan, quotaPlan } from './quota-plan.ts';
import { QuotaTally } from './quota-tally.ts';
import { stampingFault, stampOf } from './stamps.ts';
import { sum } from './sum.ts';
import { Tally } from './tally.ts';
import { UpstreamWindows } from './upstream-windows.ts';

const TOKEN = 'soak-token-quota';
/** Plausible latency of a call to the vendor. */
const LATENCY_MS = 300;
/** Share of the first window that is over when the demand begins, so that even a run of one window sees it end. */
const SHARE_OVER = 0.6;
const TICK_MS = 20;
/** Upstream calls per round; the last nine are those of one flagship query. */
const CALLS_A_ROUND = 100;
const FLAGSHIP_CALLS = 9;

export interface QuotaLoad {
  readonly plan: QuotaPlan;
  readonly tally: Tally;
  readonly outcome: QuotaTally;
  readonly windows: UpstreamWindows;
  /** Upstream calls that the requests needed. */
  readonly demandedCalls: number;
  /** Upstream calls within the quota that were answered before the demand ended. */
  readonly answeredCalls: number;
  /** Answers with another conversation than the requested one. */
  readonly wrong: Finding;
}

/** Sends requests of one identity that need ten times its quota, at a steady rate. */
export async function runQuotaLoad({ seconds, seed }: SoakSettings): Promise<QuotaLoad> {
  const plan = quotaPlan(seconds);
  const windows = new UpstreamWindows(plan.allowed, plan.windowSeconds * 1000);
  let behindMs = plan.windowSeconds * 1000 * SHARE_OVER;
  const sandbox = await startSandbox({
    organisation: withMadeUpConversations(generateOrganisation(seed)),
    seed,
    now: () => Date.now() - behindMs,
    latencyMs: LATENCY_MS,
    tokens: [TOKEN],
    rateLimit: plan,
    faults: [stampingFault()],
  });
  await beginWindow(sandbox.url);
  look(performance.now() - behindMs);
  behindMs = 0;
  const gateway = await listeningGateway({
    GENESYSCLOUD_API_URL: sandbox.url,
    REQUEST_TIMEOUT_MS: String(plan.requestTimeoutMs),
    // Caches are off: cached data would lower the demand below ten times the quota.
    CACHE_MAX_BYTES: '0',
    INTERACTIONS_WINDOW_MS: '0',
    INTERACTIONS_MAX_AGE_MS: '0',
  });
  const client = new Client(gateway.origin);
  const tally = new Tally();
  const outcome = new QuotaTally();
  const wrong = new Finding();
  const pending = new Set<Promise<void>>();
  let isOver = false;

  function look(atMs: number): void {
    // Requests are counted and dropped, because a long run makes many.
    const made = sandbox.requests.splice(0).length;
    windows.note(made, (sandbox.answered.get(429) ?? 0) - windows.refusals, atMs);
  }

  async function ask(question: Question, name = ''): Promise<void> {
    const sentAtMs = performance.now();
    try {
      const reply = await client.ask({ question, token: TOKEN, accepted: JSON_TYPE });
      if (isOver) outcome.unanswered += 1;
      if (isOver || reply === null) return;
      const maySee = (stamp: string) => stamp === stampOf(TOKEN);
      const answer = tally.judge(reply, { accepted: JSON_TYPE, maySee });
      if (answer === null) return;
      outcome.note(answer, performance.now() - sentAtMs);
      if (answer.errors === undefined && !reply.text.includes(name)) wrong.add(reply.text);
    } catch (error) {
      tally.lose(error);
    }
  }

  const beganAtMs = performance.now();
  let demandedCalls = 0;
  for (let nowMs = beganAtMs; nowMs < beganAtMs + seconds * 1000; nowMs = performance.now()) {
    const dueCalls = ((nowMs - beganAtMs) / 1000) * plan.demandedCallsPerSecond;
    while (demandedCalls < dueCalls) {
      const id = madeUpId(demandedCalls);
      const isFlagship = demandedCalls % CALLS_A_ROUND === CALLS_A_ROUND - FLAGSHIP_CALLS;
      const asked = isFlagship ? ask(flagship) : ask(conversationQuestion(id), nameIn(id));
      demandedCalls += isFlagship ? FLAGSHIP_CALLS : 1;
      pending.add(asked);
      void asked.finally(() => pending.delete(asked));
    }
    // oxlint-disable-next-line eslint/no-await-in-loop -- a steady demand
    await delay(TICK_MS);
    look(performance.now());
  }
  isOver = true;
  const answeredCalls = sum(sandbox.answered.values()) - windows.refusals;
  await gateway.dispose();
  await Promise.all(pending);
  await client.close();
  await gateway.close();
  await sandbox.close();
  return { plan, tally, outcome, windows, demandedCalls, answeredCalls, wrong };
}

/** Makes a call as another client of the same token. */
async function beginWindow(url: string): Promise<void> {
  const { body } = await request(`${url}/api/v2/tokens/me`, {
    headers: { authorization: `Bearer ${TOKEN}` },
    // Closes the connection after the answer.
    reset: true,
  });
  await body.dump();
}

function conversationQuestion(id: string): Question {
  const query = 'query Names($id: ID!) { conversation(id: $id) { participants { name } } }';
  return { query, variables: { id } };
}

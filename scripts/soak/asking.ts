import { setTimeout as delay } from 'node:timers/promises';
import type { Organisation } from '../../src/sandbox/organisation.ts';
import { pick, type Random } from '../../src/sandbox/random.ts';
import type { Callers } from './callers.ts';
import { type Answer, GRAPHQL_TYPE, JSON_TYPE } from './check-reply.ts';
import type { Client } from './client.ts';
import { drawQuestion, type Question } from './questions.ts';
import type { Tally } from './tally.ts';

/** Most callers that send the same query at once, and most pages that one caller reads. */
const MOST_AT_ONCE = 4;
const MOST_PAGES = 3;
/** Longest pause between two rounds of queries. */
const PAUSE_MS = 120;
/** One client in so many disconnects before its answer, within this time. */
const ONE_LEAVES_OF = 12;
const PATIENCE_MS = 80;

/** Everything that a load needs to send queries and to check the answers. */
export interface Asking {
  readonly client: Client;
  readonly callers: Callers;
  readonly organisation: Organisation;
  readonly random: Random;
  readonly tally: Tally;
  /** True when a caller with this token, or none, may see data with this stamp. */
  readonly maySee: (stamp: string, token: string | null) => boolean;
  /** True when requests without a credential are refused. */
  readonly needsCredential: boolean;
}

/**
 * Sends rounds of queries until the signal aborts, then waits for those in flight. In a round, several callers send the same
 * query at once; a caller may occur more than once.
 */
export async function keepAsking(asking: Asking, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- one round after the other
    await askRound(asking);
    // oxlint-disable-next-line eslint/no-await-in-loop -- a pause
    await delay(asking.random() * PAUSE_MS);
  }
}

async function askRound(asking: Asking): Promise<void> {
  const { random, callers, organisation, needsCredential } = asking;
  const question = drawQuestion(random, organisation);
  if (question.isAnonymous && !needsCredential) return;
  const askers = 1 + Math.floor(random() * MOST_AT_ONCE);
  await Promise.all(
    Array.from({ length: askers }, () =>
      askPages(asking, question, question.isAnonymous ? null : callers.pick()),
    ),
  );
}

async function askPages(asking: Asking, question: Question, token: string | null): Promise<void> {
  let page: Question | null = question;
  for (let read = 0; page !== null && read < MOST_PAGES; read += 1) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- each page needs the cursor of the one before
    page = nextPage(page, await askOnce(asking, page, token, drawPatienceMs(asking.random)));
  }
}

/** Sends the query and checks the answer. Null when there is no valid answer. */
export async function askOnce(
  { client, random, tally, maySee }: Asking,
  question: Question,
  token: string | null,
  patienceMs?: number,
): Promise<Answer | null> {
  const accepted = pick(random, [JSON_TYPE, GRAPHQL_TYPE] as const);
  const { query, variables } = question;
  try {
    const reply = await client.ask({
      question: { query, ...(variables && { variables }) },
      token,
      accepted,
      patienceMs,
    });
    if (reply !== null) {
      return tally.judge(reply, {
        accepted,
        maySee: (stamp) => maySee(stamp, token),
        refusal: question.refusal,
      });
    }
    tally.leave();
  } catch (error) {
    tally.lose(error);
  }
  return null;
}

function drawPatienceMs(random: Random): number | undefined {
  return random() * ONE_LEAVES_OF < 1 ? random() * PATIENCE_MS : undefined;
}

function nextPage(question: Question, answer: Answer | null): Question | null {
  const connection = answer?.data?.[question.pagesOf ?? ''];
  if (typeof connection !== 'object' || connection === null || !('pageInfo' in connection)) return null;
  const { pageInfo } = connection;
  if (typeof pageInfo !== 'object' || pageInfo === null || !('endCursor' in pageInfo)) return null;
  return pageInfo.endCursor === null
    ? null
    : { ...question, variables: { ...question.variables, after: pageInfo.endCursor } };
}

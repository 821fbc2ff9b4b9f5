import { type Answer, checkReply, type MediaType, type Reply } from './check-reply.ts';
import { Finding } from './finding.ts';
import { stampsIn } from './stamps.ts';

/** Characters shown before a foreign stamp. */
const SHOWN_BEFORE = 200;

/** Expectations of the answer to a request. */
export interface Expectation {
  readonly accepted: MediaType;
  /** True when the caller may see data with this stamp. */
  readonly maySee: (stamp: string) => boolean;
  /** Code of all errors, for a request that can only be refused. */
  readonly refusal?: string | undefined;
}

/** Counts requests, and checks every answer. */
export class Tally {
  /** Requests whose client waited, answered or not. */
  requests = 0;
  withErrors = 0;
  wentAway = 0;
  /** Number of stamps checked. */
  stamps = 0;
  readonly errorsByCode = new Map<string, number>();
  readonly invalid = new Finding();
  readonly mixes = new Finding();

  /** Notes a client that did not wait for its answer. */
  leave(): void {
    this.wentAway += 1;
  }

  /** Notes a request that got no answer although its client waited. */
  lose(error: unknown): void {
    this.requests += 1;
    this.invalid.add(`no answer: ${error instanceof Error ? error.message : String(error)}`);
  }

  /** Checks and counts an answer. Null when it is not valid. */
  judge(reply: Reply, { accepted, maySee, refusal }: Expectation): Answer | null {
    this.requests += 1;
    // Searches the whole text, so that no field is missed.
    const stamps = stampsIn(reply.text);
    this.stamps += stamps.length;
    const foreign = stamps.find((stamp) => !maySee(stamp));
    if (foreign !== undefined) {
      const place = Math.max(0, reply.text.indexOf(foreign) - SHOWN_BEFORE);
      this.mixes.add(`${foreign} in ${reply.text.slice(place)}`);
    }
    const answer = checkReply(reply, accepted);
    if (typeof answer === 'string') {
      this.invalid.add(`${answer}: ${reply.text}`);
      return null;
    }
    const codes = (answer.errors ?? []).map(({ extensions }) => extensions.code);
    if (refusal !== undefined && (codes.length === 0 || codes.some((code) => code !== refusal))) {
      this.invalid.add(`not refused with ${refusal}: ${reply.text}`);
    }
    if (codes.length > 0) this.withErrors += 1;
    for (const code of codes) this.errorsByCode.set(code, (this.errorsByCode.get(code) ?? 0) + 1);
    return answer;
  }
}

import { UpstreamError } from '../../errors.ts';
import { parseInPieces } from '../../lib/parse-in-pieces.ts';
import { Slices } from '../../lib/slices.ts';
import type { Turns } from '../../lib/turns.ts';
import { type AnswerHeaders, quotaReportOf } from '../../upstream/http/error-answer.ts';
import type { HttpAnswer, Transport } from '../../upstream/http/transport.ts';
import type { QuotaReport } from '../../upstream/quota/window.ts';
import { readAnswer } from '../../upstream/read-answer.ts';
import { serialize, type UpstreamRequest } from '../../upstream/request.ts';
import { describeFailure } from './describe-failure.ts';
import type { Patience } from './patience.ts';

/** Most calls to the API and the login service together. */
export const MOST_CALLS = 15;
/** Failed calls in a row after which no more are made. */
const MOST_FAILED = 3;

/** What became of one call. */
export interface ProbeOutcome {
  /** Body of a 2xx answer; undefined without one. */
  readonly body: unknown;
  /** Null when the call had a 2xx answer, or was not made. */
  readonly error: UpstreamError | null;
  /** Reason for which the call was not made, as a clause; null when it was. */
  readonly withheld: string | null;
  /** Time that the answer had to come. */
  readonly withinMs: number;
}

/** A call with less time than this could tell nothing. */
const LEAST_MS = 250;

export interface UpstreamCallsOptions {
  /** Base of the REST API; a path in it is kept. */
  readonly apiUrl: string;
  readonly transport: Transport;
  readonly patience: Patience;
  readonly turns: Turns;
}

/**
 * Calls of the doctor, counted and bounded. After a 429, after a rejected credential and where nothing answers, no more calls
 * are made: they could tell nothing, and a spent quota belongs to others.
 */
export class UpstreamCalls {
  /** Way for calls that are none of the API, counted as well: the login. */
  readonly counted: Transport;
  readonly #options: UpstreamCallsOptions;
  #made = 0;
  #failed = 0;
  #stopped: string | null = null;
  #quota: QuotaReport | null = null;
  #accepted = 0;
  /** Difference of the clocks by the first answer with a date, in milliseconds. */
  #skewMs: number | null = null;

  constructor(options: UpstreamCallsOptions) {
    this.#options = options;
    this.counted = {
      exchange: (address, request, signal) => {
        this.#made += 1;
        const sentAtMs = options.patience.clock.epochMs();
        return options.transport.exchange(address, request, signal).then((answer) => {
          this.#compareClocks(answer.headers, sentAtMs);
          return answer;
        });
      },
    };
  }

  /** Number of calls that were made. */
  get made(): number {
    return this.#made;
  }

  /** Newest quota that an answer reported; null when none did. */
  get quota(): QuotaReport | null {
    return this.#quota;
  }

  /** Number of answers that show the credential to be accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Milliseconds by which this machine's clock is ahead of the upstream's; null when no answer had a date. */
  get skewMs(): number | null {
    return this.#skewMs;
  }

  /** Keeps further calls from being made. */
  stop(why: string): void {
    this.#stopped ??= why;
  }

  /** Makes a call, unless that would be of no use. A null token sends no credential. Never rejects but for a defect. */
  async ask(request: UpstreamRequest, token: string | null): Promise<ProbeOutcome> {
    const withinMs = this.#options.patience.stepMs;
    const withheld = this.#whyWithheld(withinMs);
    if (withheld !== null) return { body: undefined, error: null, withheld, withinMs };
    try {
      return { body: await this.#exchange(request, token), error: null, withheld, withinMs };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      this.#learn(error, token);
      return { body: undefined, error, withheld, withinMs };
    }
  }

  #whyWithheld(withinMs: number): string | null {
    if (this.#stopped !== null) return this.#stopped;
    if (this.#made >= MOST_CALLS) return `it would be more than ${MOST_CALLS} calls`;
    return withinMs < LEAST_MS ? 'the time for all checks was over' : null;
  }

  async #exchange(request: UpstreamRequest, token: string | null): Promise<unknown> {
    const { apiUrl, patience, turns } = this.#options;
    const serialized = serialize(request);
    const { origin, pathname } = new URL(apiUrl);
    const address = { origin, path: pathname.replace(/\/+$/, '') + serialized.target };
    const { method, bodyText } = serialized;
    return patience.step(async (signal) => {
      const headers = {
        accept: 'application/json',
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(bodyText !== undefined && { 'content-type': 'application/json' }),
      };
      const http = { method, headers, ...(bodyText !== undefined && { body: bodyText }) };
      const answer = await this.counted.exchange(address, http, signal);
      if (token !== null) this.#noteQuota(answer);
      const read = await readAnswer(serialized, answer, patience.clock.epochMs(), (bytes) =>
        parseInPieces(bytes, new Slices(turns, signal), false),
      );
      this.#failed = 0;
      if (token !== null) this.#accepted += 1;
      return read.body;
    });
  }

  #noteQuota({ headers }: HttpAnswer): void {
    this.#quota = quotaReportOf(headers) ?? this.#quota;
  }

  #learn(error: UpstreamError, token: string | null): void {
    const { failure, isNotFound, refusedBy } = error;
    const { why, obstacle } = describeFailure(error);
    const isAnswer = isNotFound || (failure.code === 'FORBIDDEN' && refusedBy === null);
    const isRefusal = failure.code === 'UNAUTHENTICATED' || failure.code === 'UPSTREAM_RATE_LIMITED';
    this.#failed = isAnswer || isRefusal ? 0 : this.#failed + 1;
    if (this.#failed >= MOST_FAILED) this.stop(`${MOST_FAILED} calls in a row failed`);
    // A connection may break once; whatever else is in the way stays there.
    if (obstacle !== null && obstacle !== 'broken') this.stop(`the API cannot be reached: ${why}`);
    if (failure.code === 'UPSTREAM_RATE_LIMITED') {
      this.stop('the API refuses calls for now, because there were too many (status 429)');
    }
    if (token === null) return;
    if (failure.code === 'UNAUTHENTICATED') this.stop('the API did not accept the credential');
    // The upstream checks the credential before it looks for anything.
    if (isAnswer) this.#accepted += 1;
  }

  /** The date of an answer has whole seconds, and was written between the sending and now. */
  #compareClocks({ date }: AnswerHeaders, sentAtMs: number): void {
    const dateMs = typeof date === 'string' ? Date.parse(date) : NaN;
    if (this.#skewMs !== null || Number.isNaN(dateMs)) return;
    const middleMs = (sentAtMs + this.#options.patience.clock.epochMs()) / 2;
    this.#skewMs = Math.round(middleMs - (dateMs + 500));
  }
}

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import type { RefusalReason, Refusals } from './refusal.ts';

export interface RequestsInFlightOptions {
  readonly clock: Clock;
  readonly max: number;
  readonly refusals: Refusals;
  /** Called for each request that was refused, or ended because its body came slowly. */
  readonly onRefused?: () => void;
}

interface RequestUnderWay {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Number of the look before the request came. */
  readonly look: number;
}

const LOOK_AGAIN_MS = 250;
/**
 * Looks that a request has for its body before it has to give way to others: a second. Looks are counted instead of time, since
 * the process reads what has come between two of them: a body is not slow because the process was busy.
 */
const SLOW_BODY_LOOKS = 4;

/**
 * Bounds the requests that are worked on at the same time. Above the bound, a request whose body has been coming for more than a
 * second gives way, the oldest first; otherwise the new one is refused.
 */
export class RequestsInFlight {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #refusals: Refusals;
  readonly #onRefused: RequestsInFlightOptions['onRefused'];
  readonly #inFlight = new Set<RequestUnderWay>();
  #look = 0;
  #isLooking = false;
  /** Requests of `fetch`, whose bodies have no connection here. */
  #fetching = 0;

  constructor({ clock, max, refusals, onRefused }: RequestsInFlightOptions) {
    this.#clock = clock;
    this.#max = max;
    this.#refusals = refusals;
    this.#onRefused = onRefused;
  }

  /** Passes on to `listener` what there is room for. */
  before(listener: RequestListener): RequestListener {
    return (request, response) => {
      if (!this.#hasRoom()) {
        this.#onRefused?.();
        return this.#refusals.send(request, response, tooManyRequests(this.#max));
      }
      const inFlight = { request, response, look: this.#look };
      this.#inFlight.add(inFlight);
      this.#lookLater();
      response.on('close', () => this.#inFlight.delete(inFlight));
      return listener(request, response);
    };
  }

  /** Response of `fetch` to a request, if there is room. */
  async fetch(
    request: Request,
    fetch: (request: Request) => Response | Promise<Response>,
  ): Promise<Response> {
    if (!this.#hasRoom()) {
      this.#onRefused?.();
      return this.#refusals.responseTo(request, tooManyRequests(this.#max));
    }
    this.#fetching += 1;
    try {
      return await fetch(request);
    } finally {
      this.#fetching -= 1;
    }
  }

  #lookLater(): void {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#clock
      .setTimeout(() => {
        this.#isLooking = false;
        this.#look += 1;
        if (this.#inFlight.size > 0) this.#lookLater();
      }, LOOK_AGAIN_MS)
      .unref();
  }

  #hasRoom(): boolean {
    return this.#inFlight.size + this.#fetching < this.#max || this.#endSlowBody();
  }

  #endSlowBody(): boolean {
    for (const inFlight of this.#inFlight) {
      // The oldest come first.
      if (this.#look - inFlight.look < SLOW_BODY_LOOKS) return false;
      const { request, response } = inFlight;
      if (request.complete || response.headersSent) continue;
      this.#inFlight.delete(inFlight);
      this.#onRefused?.();
      this.#refusals.send(request, response, slowBody);
      return true;
    }
    return false;
  }
}

const slowBody: RefusalReason = {
  status: 408,
  message: 'The body of the request came too slowly while other requests were waiting.',
};

function tooManyRequests(max: number): RefusalReason {
  return {
    status: 503,
    message: `The gateway has too many requests in flight (MAX_REQUESTS_IN_FLIGHT, ${max}). Try again later.`,
  };
}

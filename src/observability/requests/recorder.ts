import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestListener } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import { RequestRecord } from './record.ts';

/** Called with the record of each request once it is over. */
export type RequestObserver = (record: RequestRecord) => void;

type Fetch = (request: Request) => Promise<Response>;

/**
 * Keeps a record of each request from its arrival to its end, whatever answers it, and gives every answer the header
 * `x-request-id`.
 */
export class RequestRecorder {
  readonly #clock: Clock;
  readonly #observers: RequestObserver[] = [];
  readonly #current = new AsyncLocalStorage<RequestRecord>();
  #underWay = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `observer` for each request from now on. */
  observe(observer: RequestObserver): void {
    this.#observers.push(observer);
  }

  get isObserved(): boolean {
    return this.#observers.length > 0;
  }

  /** Record of the request that the running code works for; undefined outside of requests. */
  get current(): RequestRecord | undefined {
    return this.#current.getStore();
  }

  /** Number of requests that are not over yet. `listener` counts them only while there is an observer. */
  get underWay(): number {
    return this.#underWay;
  }

  listener(listener: RequestListener): RequestListener {
    return (request, response) => {
      const { headers } = request;
      const headerOf = (name: string) => headers[name];
      const record = new RequestRecord(this.#clock.now(), request.method ?? '', request.url ?? '', headerOf);
      response.setHeader('x-request-id', record.id);
      if (this.isObserved) {
        this.#underWay += 1;
        // `close` always comes, after the end of an answer as well as without one.
        response.on('close', () => {
          record.isAborted = !response.writableFinished;
          if (response.headersSent) record.status = response.statusCode;
          this.#end(record);
        });
      }
      this.#current.run(record, listener, request, response);
    };
  }

  fetch(fetch: Fetch): Fetch {
    return async (request) => {
      const { headers } = request;
      const record = new RequestRecord(this.#clock.now(), request.method, request.url, (name) =>
        headers.get(name),
      );
      this.#underWay += 1;
      try {
        const response = await this.#current.run(record, fetch, request);
        response.headers.set('x-request-id', record.id);
        record.status = response.status;
        return response;
      } catch (error) {
        record.isAborted = request.signal.aborted;
        throw error;
      } finally {
        this.#end(record);
      }
    };
  }

  #end(record: RequestRecord): void {
    this.#underWay -= 1;
    record.durationMs = this.#clock.now() - record.startedMs;
    for (const observe of this.#observers) observe(record);
  }
}

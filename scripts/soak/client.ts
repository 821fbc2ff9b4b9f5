import { Agent } from 'undici';
import type { MediaType, Reply } from './check-reply.ts';
import type { Question } from './questions.ts';

export interface Asked {
  readonly question: Pick<Question, 'query' | 'variables'>;
  /** Null sends no credential. */
  readonly token: string | null;
  readonly accepted: MediaType;
  /** Time until the client disconnects; undefined for a client that waits. */
  readonly patienceMs?: number | undefined;
}

/** HTTP client of one gateway, with its own connections. */
export class Client {
  readonly #origin: string;
  readonly #agent = new Agent();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Sends a query. Null when the client disconnected first; rejects when there is no answer. */
  async ask({ question, token, accepted, patienceMs }: Asked): Promise<Reply | null> {
    const leaving = new AbortController();
    const timer = patienceMs === undefined ? undefined : setTimeout(() => leaving.abort(), patienceMs);
    try {
      const { statusCode, headers, body } = await this.#agent.request({
        origin: this.#origin,
        path: '/graphql',
        method: 'POST',
        headers: {
          accept: accepted,
          'content-type': 'application/json',
          ...(token !== null && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(question),
        signal: leaving.signal,
      });
      const text = await body.text();
      return { status: statusCode, contentType: String(headers['content-type']), text };
    } catch (error) {
      if (leaving.signal.aborted) return null;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

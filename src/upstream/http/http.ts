import { Agents, directWay, type WayOut } from './agents.ts';
import { Exchange, MAX_ANSWER_BYTES } from './exchange.ts';
import type { ExchangeHooks, HttpAddress, HttpAnswer, HttpRequest, Transport } from './transport.ts';
import type { Signal } from '../../lib/signal.ts';
import type { Turns } from '../../lib/turns.ts';

/**
 * Connections to the upstream, shared by all requests. Redirects are not followed: a credential never leaves the host it
 * is for.
 */
export class Http implements Transport {
  readonly #agents: Agents;
  readonly #turns: Turns;

  /**
   * @param connectTimeoutMs Upper bound for making a connection.
   * @param connections Most connections to one origin. An exchange beyond them waits, so whoever bounds exchanges uses the same
   *   number: undici would open one more for an exchange that begins in the moment in which another ends.
   * @param way Proxies and trusted authorities. @default directly, with those of Node
   */
  constructor(connectTimeoutMs: number, turns: Turns, connections: number, way: WayOut = directWay) {
    this.#turns = turns;
    this.#agents = new Agents({ connectTimeoutMs, connections, maxResponseSize: MAX_ANSWER_BYTES }, way);
  }

  exchange(
    address: URL | HttpAddress,
    request: HttpRequest,
    signal: Signal,
    { onLarge, onEnd }: ExchangeHooks = {},
  ): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const { agent, acceptEncoding, answered } = this.#agents.to(address.origin);
      const resolveWith = (answer: HttpAnswer) => {
        answered();
        resolve(answer);
      };
      const exchange = new Exchange(this.#turns, signal, resolveWith, reject, onLarge, onEnd);
      if (signal.aborted) {
        onEnd?.();
        return;
      }
      agent.dispatch(
        {
          origin: address.origin,
          path: 'path' in address ? address.path : address.pathname + address.search,
          method: request.method,
          headers: { 'accept-encoding': acceptEncoding, ...request.headers },
          body: request.body ?? null,
        },
        exchange,
      );
    });
  }

  /** Ends exchanges under way and closes the connections. */
  async dispose(): Promise<void> {
    await this.#agents.destroy();
  }
}

import type { Server, ServerResponse } from 'node:http';
import { Server as Listener } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../lib/clock.ts';
import { type Connections, SILENT_MS } from './connections.ts';

export interface DrainOptions {
  /**
   * Time for which connections are still accepted, at most half of `graceMs`: balancers must first notice that requests
   * belong elsewhere.
   */
  readonly lameDuckMs: number;
  /** Time limit for the whole drain. */
  readonly graceMs: number;
}

const LOOK_AGAIN_MS = 20;

/**
 * End of a server without harm to any request. Node's own `close` and `closeIdleConnections` cut off answers that are written but
 * not yet sent, as large ones are for a while. They also keep connections on which nothing was sent yet, and would wait for those
 * until the end.
 */
export class ConnectionDrain {
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #connections: Connections;
  #isDraining = false;

  /** The server must not listen yet. */
  constructor(clock: Clock, server: Server, connections: Connections) {
    this.#clock = clock;
    this.#server = server;
    this.#connections = connections;
    server.prependListener('request', (_request, response) => {
      if (this.#isDraining) endConnectionWith(response);
    });
  }

  /**
   * Answers requests under way and those that come while connections are still accepted; each connection ends with its
   * answer. Cuts off the rest when the time is over. Afterwards no connection is open and the server does not listen.
   */
  async drain({ lameDuckMs, graceMs }: DrainOptions): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.once('close', resolve));
    const endsAtMs = this.#clock.now() + graceMs;
    this.#isDraining = true;
    for (const [, { newest }] of this.#connections.entries()) if (newest !== null) endConnectionWith(newest);
    await this.#wait(Math.min(lameDuckMs, graceMs / 2));
    await this.#stopListening(endsAtMs);
    // oxlint-disable-next-line eslint/no-await-in-loop -- waiting
    while (this.#isBusy() && this.#clock.now() < endsAtMs) await this.#wait(LOOK_AGAIN_MS).then(() => turn());
    this.#server.closeAllConnections();
    // Stops Node's timer that checks connections.
    this.#server.close();
    await closed;
  }

  /**
   * Connections that the kernel has accepted and the process has not yet would be broken. So listening stops right after the
   * event loop has polled for connections and found none.
   */
  async #stopListening(endsAtMs: number): Promise<void> {
    let before: number;
    do {
      before = this.#connections.accepted;
      // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
      await turn();
    } while (this.#connections.accepted !== before && this.#clock.now() < endsAtMs);
    // `close` of `node:net` only: this class does by hand what `close` of `node:http` adds.
    Listener.prototype.close.call(this.#server);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.setTimeout(resolve, ms);
    });
  }

  #isBusy(): boolean {
    const nowMs = this.#clock.now();
    for (const [socket, { newest, sinceMs }] of this.#connections.entries()) {
      if (newest === null) {
        if (socket.bytesRead > 0 || nowMs - sinceMs < SILENT_MS) return true;
      } else if (!newest.writableFinished) return true;
    }
    return false;
  }
}

/** Tells the client, and Node ends the connection once the answer is sent. */
function endConnectionWith(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}

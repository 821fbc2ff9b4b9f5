import type { Server, ServerResponse } from 'node:http';
import { Server as Listener, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../lib/clock.ts';

export interface DrainOptions {
  /**
   * Time for which connections are still accepted, at most half of `graceMs`: balancers must first notice that requests
   * belong elsewhere.
   */
  readonly lameDuckMs: number;
  /** Time limit for the whole drain. */
  readonly graceMs: number;
}

interface Connection {
  readonly sinceMs: number;
  /** Answer to the newest request, sent after the answers to earlier ones. Null before the first request. */
  newest: ServerResponse | null;
}

/** Time for which a new connection is expected to bring a request. */
const SILENT_MS = 1000;
const LOOK_AGAIN_MS = 20;

/**
 * Connections of a server, tracked from the start, so that the server can end without harm to any request. Node's own
 * `close` and `closeIdleConnections` cut off answers that are written but not yet sent, as large ones are for a while. They
 * also keep connections on which nothing was sent yet, and would wait for those until the end.
 */
export class ConnectionDrain {
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #open = new Map<Socket, Connection>();
  #accepted = 0;
  #isDraining = false;

  /** The server must not listen yet. */
  constructor(clock: Clock, server: Server) {
    this.#clock = clock;
    this.#server = server;
    server.on('connection', (socket) => {
      this.#accepted += 1;
      this.#open.set(socket, { sinceMs: clock.now(), newest: null });
      socket.once('close', () => this.#open.delete(socket));
    });
    server.prependListener('request', ({ socket }, response) => {
      const connection = this.#open.get(socket);
      if (connection !== undefined) connection.newest = response;
      if (this.#isDraining) endConnectionWith(response);
    });
  }

  /** Number of open connections. */
  get open(): number {
    return this.#open.size;
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
    for (const { newest } of this.#open.values()) if (newest !== null) endConnectionWith(newest);
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
      before = this.#accepted;
      // oxlint-disable-next-line eslint/no-await-in-loop -- one turn after the other
      await turn();
    } while (this.#accepted !== before && this.#clock.now() < endsAtMs);
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
    for (const [socket, { newest, sinceMs }] of this.#open) {
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

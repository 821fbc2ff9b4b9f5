import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../lib/clock.ts';
import { isProbe } from './probes.ts';
import { noConnectionLeft, rawRefusalOf, type RefusalReason, type Refusals } from './refusal.ts';

export interface ConnectionsOptions {
  readonly clock: Clock;
  /** Upper bound of open connections, apart from `CONNECTION_RESERVE`. */
  readonly max: number;
  readonly refusals: Refusals;
  /** Answer to requests on connections above the bound. @default one that names MAX_CONNECTIONS */
  readonly refusal?: RefusalReason;
  /** Called for each connection that gave way to another, or was refused. */
  readonly onTurnedAway?: ((how: 'evicted' | 'refused') => void) | undefined;
}

/** Open connection. */
export interface Connection {
  readonly sinceMs: number;
  /** Answer to the newest request. Null before the first request. */
  readonly newest: ServerResponse | null;
}

interface Tracked extends Connection {
  newest: ServerResponse | null;
}

/**
 * Connections above the bound whose requests are read all the same: health probes are answered, and others are told in HTTP when
 * to come again.
 */
export const CONNECTION_RESERVE = 256;

/** Time for which a new connection is expected to bring a request. */
export const SILENT_MS = 1000;

/**
 * Connections of a server, tracked from the start and bounded. `maxConnections` of Node closes a connection without a word, the
 * probe of an orchestrator like any other. Here, one that nobody waits on gives way to a new one: first the oldest that has
 * brought no request for a second, then the one that has been idle longest. Where requests are under way on all, a new one is
 * above the bound, and its request is refused.
 */
export class Connections {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #refusals: Refusals;
  readonly #refusal: RefusalReason;
  readonly #onTurnedAway: ConnectionsOptions['onTurnedAway'];
  readonly #open = new Map<Socket, Tracked>();
  /** Connections without a request so far, the oldest first. */
  readonly #silent = new Set<Socket>();
  /** Connections between two requests, the one that has been idle longest first. */
  readonly #idle = new Set<Socket>();
  readonly #above = new Set<Socket>();
  #accepted = 0;

  /** The server must not listen yet. */
  constructor(
    server: Server,
    { clock, max, refusals, refusal = noConnectionLeft, onTurnedAway }: ConnectionsOptions,
  ) {
    this.#refusal = refusal;
    this.#clock = clock;
    this.#max = max;
    this.#refusals = refusals;
    this.#onTurnedAway = onTurnedAway;
    server.on('connection', (socket: Socket) => this.#accept(socket));
    server.prependListener('request', ({ socket }, response) => this.#begin(socket, response));
  }

  /** Number of open connections. */
  get size(): number {
    return this.#open.size;
  }

  /** Number of connections that have come so far. */
  get accepted(): number {
    return this.#accepted;
  }

  entries(): Iterable<readonly [Socket, Connection]> {
    return this.#open;
  }

  /** Passes requests on to `listener`, of connections above the bound only probes. */
  before(listener: RequestListener): RequestListener {
    return (request, response) => {
      // A connection that was refused unread may bring its request all the same before it is closed.
      if (!this.#open.has(request.socket)) return response.destroy();
      if (!this.#above.has(request.socket)) return listener(request, response);
      response.setHeader('connection', 'close');
      if (isProbe(request.url)) return listener(request, response);
      this.#onTurnedAway?.('refused');
      return this.#refusals.send(request, response, this.#refusal);
    };
  }

  #accept(socket: Socket): void {
    this.#accepted += 1;
    const isAbove = !this.#hasRoom();
    if (isAbove && this.#above.size >= CONNECTION_RESERVE && !this.#evict(this.#silentAbove())) {
      this.#onTurnedAway?.('refused');
      socket.end(rawRefusalOf(this.#refusal), () => socket.destroy());
      return;
    }
    if (isAbove) this.#above.add(socket);
    this.#open.set(socket, { sinceMs: this.#clock.now(), newest: null });
    this.#silent.add(socket);
    socket.once('close', () => this.#forget(socket));
  }

  #begin(socket: Socket, response: ServerResponse): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    if (this.#above.has(socket) && this.#hasRoom()) this.#above.delete(socket);
    connection.newest = response;
    this.#silent.delete(socket);
    this.#idle.delete(socket);
    response.on('close', () => {
      if (connection.newest === response && this.#open.has(socket)) this.#idle.add(socket);
    });
  }

  /** Makes room within the bound if there is none, and if that is possible. */
  #hasRoom(): boolean {
    return this.#open.size - this.#above.size < this.#max || this.#evict(this.#dispensable());
  }

  /** Connection within the bound that nobody waits on. */
  #dispensable(): Socket | undefined {
    const nowMs = this.#clock.now();
    for (const socket of this.#silent) {
      if (nowMs - (this.#open.get(socket)?.sinceMs ?? nowMs) < SILENT_MS) break;
      if (!this.#above.has(socket)) return socket;
    }
    for (const socket of this.#idle) if (!this.#above.has(socket)) return socket;
    return undefined;
  }

  /** Oldest connection above the bound that has brought no request yet. The newest ones have the best chance to bring one. */
  #silentAbove(): Socket | undefined {
    for (const socket of this.#above) if (this.#silent.has(socket)) return socket;
    return undefined;
  }

  #evict(socket: Socket | undefined): boolean {
    if (socket === undefined) return false;
    this.#forget(socket);
    this.#onTurnedAway?.('evicted');
    socket.destroy();
    return true;
  }

  #forget(socket: Socket): void {
    this.#open.delete(socket);
    this.#silent.delete(socket);
    this.#idle.delete(socket);
    this.#above.delete(socket);
  }
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Body, MessageEnd } from './message-end.ts';

/**
 * Most connections that keep further requests while one is under way. Each can keep 128 kB: what Node reads at once, and what it
 * reads ahead.
 */
export const MOST_HOLDING = 128;

/**
 * Lets a server work on one request of a connection at a time; what a client sends after it stays unread in the socket. Node
 * parses all requests of a chunk and begins each of them at once: from 33 kB of pipelined requests, it made 3.4 GB of answers that
 * nobody read.
 *
 * Node's parser gets the bytes of one message after the other. Must be called before the server listens, and before listeners
 * that handle requests are added by `prependListener`.
 */
export function workOnOneRequestAtATime(server: Server): void {
  const connections = new WeakMap<Socket, OneByOne>();
  const holding = new Set<Socket>();
  server.on('connection', (socket: Socket) => connections.set(socket, new OneByOne(socket, holding)));
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    connections.get(request.socket)?.begin(request, response);
  });
  const leave = (_request: IncomingMessage, socket: Duplex) => {
    if (socket instanceof Socket) connections.get(socket)?.leave();
  };
  // With a listener of its own for this alone, Node would hand over all requests for other protocols, and nobody would answer.
  server.on('newListener', function joinFirst(event) {
    if (event !== 'upgrade') return;
    server.off('newListener', joinFirst);
    server.on('upgrade', leave);
  });
}

/** One connection, between its socket and the server's parser. */
class OneByOne {
  readonly #socket: Socket;
  /** Connections of the server that keep further requests. */
  readonly #holding: Set<Socket>;
  readonly #end = new MessageEnd();
  /** Listeners of the server, which give the bytes to its parser. */
  readonly #parsers: readonly Function[];
  /** Answer to the newest request; null when it is over, and before the first one. */
  #response: ServerResponse | null = null;
  /** True when the parser gets no more: it belongs to another connection then, or this one is about to end. */
  #isOver = false;
  #hasLeft = false;

  constructor(socket: Socket, holding: Set<Socket>) {
    this.#socket = socket;
    this.#holding = holding;
    this.#parsers = socket.listeners('data');
    socket.removeAllListeners('data');
    // Node's parser reads from the system by itself unless there is such a listener.
    socket.on('data', this.#receive);
  }

  /** Notes that the head of a request has come. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    this.#response = response;
    this.#end.begin(bodyOf(request));
    response.on('close', () => {
      this.#response = null;
      if (this.#holding.delete(this.#socket)) this.#socket.resume();
      else if (this.#isOver) this.#socket.destroySoon();
    });
  }

  /** Leaves the connection to another protocol. */
  leave(): void {
    this.#isOver = true;
    this.#hasLeft = true;
    this.#socket.off('data', this.#receive);
  }

  readonly #receive = (data: Buffer): void => {
    for (let from = 0; from < data.length;) {
      if (this.#socket.destroyed) return undefined;
      if (this.#isOver) return this.#hasLeft ? this.#socket.unshift(data.subarray(from)) : undefined;
      if (this.#response?.req.complete === true) return this.#hold(data.subarray(from), this.#response);
      // The server itself has paused the connection, as it does for a body that is read slowly.
      if (from > 0 && this.#socket.isPaused()) return this.#socket.unshift(data.subarray(from));
      const isHead = this.#end.isInHead;
      const end = this.#end.next(data, from);
      const piece = from === 0 && end === data.length ? data : data.subarray(from, end);
      for (const parse of this.#parsers) parse.call(this.#socket, piece);
      // The server has answered a wrong head by itself, and ends the connection. Empty lines before a head are none.
      if (isHead && this.#end.isAtEnd && this.#response === null && !isBlank(piece)) this.#isOver = true;
      from = end;
    }
    return undefined;
  };

  /** Leaves bytes in the socket until the request under way is over, if there is room; else the connection ends with it. */
  #hold(bytes: Buffer, response: ServerResponse): void {
    if (this.#holding.size < MOST_HOLDING) {
      this.#holding.add(this.#socket);
      this.#socket.pause();
      this.#socket.unshift(bytes);
      return;
    }
    this.#isOver = true;
    response.shouldKeepAlive = false;
  }
}

function isBlank(piece: Buffer): boolean {
  return piece.length <= '\r\n\r\n'.length && piece.toString('latin1').trim() === '';
}

function bodyOf({ headers }: IncomingMessage): Body {
  if (headers['transfer-encoding'] !== undefined) return 'chunked';
  return { bytes: Number(headers['content-length'] ?? 0) };
}

import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Exchange, withTokens } from './exchange.ts';
import { type Answer, AnswerReader, BadHttpError } from './read-answers.ts';
import { probe, probeProblem } from './probe.ts';

/** Where the gateway is that exchanges are made with. */
export interface Target {
  readonly port: number;
  /** Put in the places for tokens. */
  readonly tokens: readonly string[];
}

export interface Outcome {
  /** To the requests in their order; those to the requests of a client that went away are missing. */
  readonly answers: readonly Answer[];
  /** What was not as it has to be between a client and a server of HTTP. */
  readonly problems: readonly string[];
}

/** Three times what the gateway gives itself for a request, for machines that are slow. */
const HANG_MS = 30_000;
/** After this, a client that has sent something whose end nobody knows says that there is no more. */
const QUIET_MS = 30;

/** Makes an exchange, with a connection of its own, from its beginning to its end. */
export async function perform(exchange: Exchange, target: Target, hangMs = HANG_MS): Promise<Outcome> {
  const { methods } = exchange;
  const isProbed = exchange.isProbed && exchange.isSound;
  const reader = new AnswerReader(isProbed ? [...methods, 'POST'] : methods);
  const problems: string[] = [];
  const socket = connect({ port: target.port, host: '127.0.0.1', noDelay: true });
  const connection = new Connection(socket, reader, problems);
  const timer = setTimeout(() => {
    problems.push(`no end after ${hangMs / 1000} s, and ${reader.answers.length} answers`);
    socket.destroy();
  }, hangMs);
  try {
    await converse(exchange, connection, target, isProbed);
  } finally {
    clearTimeout(timer);
    // Now and then as one that crashes.
    if (exchange.leaves === 'when sent') socket.resetAndDestroy();
    else socket.destroy();
    await connection.closed;
  }
  const answers = isProbed ? reader.answers.slice(0, methods.length) : reader.answers;
  if (exchange.leaves !== 'never') return { answers, problems };
  const isOver = isLast(answers.at(-1));
  if (exchange.isSound && problems.length === 0) {
    if (answers.length < methods.length && !isOver) {
      problems.push(`${answers.length} answers to ${methods.length} requests`);
    } else if (isProbed && answers.length === methods.length && !isOver) {
      const problem = probeProblem(reader.answers[methods.length]);
      if (problem !== null) problems.push(problem);
    }
    if (reader.isAmidst) problems.push('more comes than was asked for');
  }
  return { answers, problems };
}

async function converse(
  exchange: Exchange,
  connection: Connection,
  { tokens }: Target,
  isProbed: boolean,
): Promise<void> {
  const { pieces, pauseMs, methods, isSound, leaves } = exchange;
  for (const [index, piece] of pieces.entries()) {
    // oxlint-disable-next-line eslint/no-await-in-loop -- a pause
    if (index > 0) await delay(pauseMs);
    connection.send(withTokens(piece, tokens));
  }
  if (leaves === 'when sent') return connection.sent();
  if (leaves === 'when answered in part') return connection.until(({ bytes }) => bytes > 0);
  if (!isSound) return connection.endAfter(QUIET_MS);
  await connection.until(({ answers }) => answers.length >= methods.length);
  if (!isProbed || isLast(connection.reader.answers.at(-1))) return;
  connection.send(probe);
  await connection.until(({ answers }) => answers.length > methods.length);
}

/** Whether the server ends the connection with this answer. */
function isLast(answer: Answer | undefined): boolean {
  return answer?.headers.get('connection')?.some((value) => value.toLowerCase() === 'close') ?? false;
}

interface Received {
  readonly bytes: number;
  readonly answers: readonly Answer[];
}

/** A client's end of a connection, and what has come over it. */
class Connection {
  readonly reader: AnswerReader;
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  #bytes = 0;
  #look = () => {};

  constructor(socket: Socket, reader: AnswerReader, problems: string[]) {
    this.#socket = socket;
    this.reader = reader;
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()));
    const read = (step: () => void) => {
      try {
        step();
      } catch (error) {
        if (!(error instanceof BadHttpError)) throw error;
        problems.push(error.message);
        socket.destroy();
      }
    };
    socket.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      read(() => reader.push(chunk));
      this.#look();
    });
    // To somebody who has said that there is no more, an answer may be broken off.
    socket.on('end', () => !socket.writableEnded && read(() => reader.end()));
    // A connection that breaks is closed as well; whether it may is judged by what came over it.
    socket.on('error', () => undefined);
  }

  send(bytes: Buffer): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** When all of it has left, or cannot. */
  async sent(): Promise<void> {
    await Promise.race([
      this.closed,
      new Promise<void>((resolve) => this.#socket.write('', () => resolve())),
    ]);
  }

  /** When this is so of what has come, or the connection is over. */
  async until(isEnough: (received: Received) => boolean): Promise<void> {
    const enough = new Promise<void>((resolve) => {
      this.#look = () => {
        if (isEnough({ bytes: this.#bytes, answers: this.reader.answers })) resolve();
      };
      this.#look();
    });
    await Promise.race([this.closed, enough]);
  }

  /** Sends no more, once nothing has come for so long, and waits for the other side to end as well. */
  async endAfter(quietMs: number): Promise<void> {
    let seen = -1;
    while (seen < this.#bytes) {
      seen = this.#bytes;
      // oxlint-disable-next-line eslint/no-await-in-loop -- waiting
      await Promise.race([this.closed, delay(quietMs)]);
    }
    this.#socket.end();
    await this.closed;
  }
}

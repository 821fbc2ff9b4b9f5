import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Exchange, withTokens } from './exchange.ts';
import { type Answer, AnswerReader, BadHttpError } from './read-answers.ts';
import { probe, probeProblem } from './probe.ts';

/** The gateway under test. */
export interface Target {
  readonly port: number;
  /** Tokens for the placeholders. */
  readonly tokens: readonly string[];
}

export interface Outcome {
  /** Answers in the order of the requests; incomplete when the client disconnects. */
  readonly answers: readonly Answer[];
  /** Violations of HTTP, such as a missing answer. */
  readonly problems: readonly string[];
}

/** Three times the gateway's request timeout, for slow machines. */
const HANG_MS = 30_000;
/** Silence after which a client half-closes a connection whose requests have no clear end. */
const QUIET_MS = 30;

/** Performs a whole exchange on its own connection. */
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
    // Clients that leave after sending reset the connection, like a crash.
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

/** True when the server closes the connection after this answer. */
function isLast(answer: Answer | undefined): boolean {
  return answer?.headers.get('connection')?.some((value) => value.toLowerCase() === 'close') ?? false;
}

interface Received {
  readonly bytes: number;
  readonly answers: readonly Answer[];
}

/** A client's end of a connection, and the data received. */
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
    // An answer may be cut off once the client has half-closed.
    socket.on('end', () => !socket.writableEnded && read(() => reader.end()));
    // A broken connection is closed as well; the received answers decide whether that is a problem.
    socket.on('error', () => undefined);
  }

  send(bytes: Buffer): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** Resolves when all bytes are sent, or the connection is closed. */
  async sent(): Promise<void> {
    await Promise.race([
      this.closed,
      new Promise<void>((resolve) => this.#socket.write('', () => resolve())),
    ]);
  }

  /** Resolves when enough has arrived, or the connection is closed. */
  async until(isEnough: (received: Received) => boolean): Promise<void> {
    const enough = new Promise<void>((resolve) => {
      this.#look = () => {
        if (isEnough({ bytes: this.#bytes, answers: this.reader.answers })) resolve();
      };
      this.#look();
    });
    await Promise.race([this.closed, enough]);
  }

  /** Half-closes after this time of silence, and waits for the server to close. */
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

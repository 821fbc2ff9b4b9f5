import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Memory, memoryOf } from './inspect-memory.ts';

/** Command of the gateway. */
export const GATEWAY = fileURLToPath(new URL('../../bin/gateway.mjs', import.meta.url));
const STARTED =
  /^Gateway.* on http:\S+:(\d+)\/graphql\n *upstream .*?(http:\S+)\n[^]*A query to paste:\n[^]*^\}$/m;
const DEBUGGER = /^(?:Debugger |For help, see: |Waiting for the debugger)/;
const LEVEL_ERROR = 50;
const START_MS = 60_000;
const STOP_MS = 30_000;

export interface GatewayProcessOptions {
  /** @default the gateway's command */
  readonly program?: string;
  /** Settings of the gateway. @default none, so that its upstream is the embedded sandbox */
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node. @default none */
  readonly nodeOptions?: readonly string[];
  /** Receives what the process sends with `process.send`. @default the process has no such channel */
  readonly onMessage?: (message: unknown) => void;
}

/** Process of a gateway, and its output. */
export class GatewayProcess {
  readonly port: number;
  readonly upstreamUrl: string;
  readonly #child: ChildProcess;
  readonly #said: Said;

  private constructor(child: ChildProcess, said: Said, [port = '', upstreamUrl = '']: readonly string[]) {
    this.#child = child;
    this.#said = said;
    this.port = Number(port);
    this.upstreamUrl = upstreamUrl;
  }

  /** @throws Error when the gateway does not start. */
  static async start(options: GatewayProcessOptions = {}): Promise<GatewayProcess> {
    const { program = GATEWAY, env = {}, nodeOptions = [], onMessage } = options;
    const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', ...nodeOptions, program], {
      env: { PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe', ...(onMessage === undefined ? [] : (['ipc'] as const))],
    });
    if (onMessage !== undefined) child.on('message', onMessage);
    // Kills the gateway whenever this process exits.
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.off('exit', kill));
    const said = new Said(child);
    const [, ...facts] = await said.greeting;
    return new GatewayProcess(child, said, facts);
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Complaints since the previous call: errors in the log, output that is no log line, and an early exit. */
  takeComplaints(): string[] {
    const complaints = this.#said.complaints.splice(0);
    if (this.isAlive) return complaints;
    return [...complaints, `the gateway ended with ${this.#child.exitCode ?? this.#child.signalCode}`];
  }

  /** Memory after garbage collection, with a pause of `betweenMs` after each of several. */
  memory(betweenMs?: number): Promise<Memory> {
    return memoryOf(this.#said.inspectorUrl, betweenMs);
  }

  /** Ends the gateway at once, even one that does not react any more. */
  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Ends the gateway as a supervisor does. Returns complaints. */
  async stop(): Promise<string[]> {
    if (this.isAlive) {
      const ended = once(this.#child, 'close');
      this.#child.kill('SIGTERM');
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    }
    const { exitCode } = this.#child;
    return exitCode === 0 ? this.#said.complaints.splice(0) : this.takeComplaints();
  }
}

/** Output of the process: first a banner, then the log, one object per line. */
class Said {
  readonly complaints: string[] = [];
  readonly greeting: Promise<RegExpExecArray>;
  inspectorUrl = '';

  constructor(child: ChildProcess) {
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new TypeError('The gateway process has no pipes.');
    this.greeting = this.#readGreeting(child, createInterface(stdout));
    createInterface(stderr).on('line', (line) => {
      this.inspectorUrl ||= /^Debugger listening on (ws:\S+)$/.exec(line)?.[1] ?? '';
      if (!DEBUGGER.test(line) && line !== '') this.complaints.push(`it says: ${line}`);
    });
  }

  #readGreeting(child: ChildProcess, lines: ReturnType<typeof createInterface>): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      let text = '';
      const fail = () =>
        reject(new Error(['The gateway does not start.', text, ...this.complaints].join('\n')));
      const timer = setTimeout(fail, START_MS);
      child.once('close', fail);
      let greeting: RegExpExecArray | null = null;
      lines.on('line', (line) => {
        if (greeting !== null) return this.#readLog(line);
        text += `${line}\n`;
        greeting = STARTED.exec(text);
        if (greeting === null) return;
        clearTimeout(timer);
        resolve(greeting);
      });
    });
  }

  #readLog(line: string): void {
    let entry: unknown;
    try {
      entry = JSON.parse(line);
    } catch {
      this.complaints.push(`no line of a log: ${line}`);
      return;
    }
    const level: unknown =
      typeof entry === 'object' && entry !== null && 'level' in entry ? entry.level : null;
    if (typeof level !== 'number' || level >= LEVEL_ERROR) this.complaints.push(`it logs: ${line}`);
  }
}

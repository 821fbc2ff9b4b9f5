import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Finding } from './finding.ts';

/** Node's names of resources that a gateway creates and that keep a process alive. Sockets are watched one by one. */
const KINDS = /^(Timeout|Immediate|TCPServerWrap|GetAddrInfoReqWrap)$/;
const GRACE_TICKS = 50;
const TICK_MS = 20;
const NEW_SOCKETS = ['net.client.socket', 'net.server.socket'];

/** Watches this process, from construction on, for rejections, listener leaks and leftover resources. */
export class ProcessWatch {
  readonly unhandledRejections = new Finding();
  /** Node's warnings of listeners that are added and never removed. */
  readonly listenerLeaks = new Finding();
  readonly #resources = activeResources();
  /** Open sockets. Node does not list idle ones among the resources that keep the process alive. */
  readonly #sockets = new Set<Socket>();

  constructor() {
    process.on('unhandledRejection', this.#onRejection);
    process.on('warning', this.#onWarning);
    for (const channel of NEW_SOCKETS) subscribe(channel, this.#onSocket);
  }

  /**
   * Sockets that are still open, and timers and other resources beyond those at the start. Waits up to a second for closed
   * ones to end.
   */
  async leftovers(): Promise<string[]> {
    let left = this.#leftNow();
    for (let tick = 0; tick < GRACE_TICKS && left.length > 0; tick += 1) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- waiting
      await delay(TICK_MS);
      left = this.#leftNow();
    }
    return left;
  }

  end(): void {
    process.off('unhandledRejection', this.#onRejection);
    process.off('warning', this.#onWarning);
    for (const channel of NEW_SOCKETS) unsubscribe(channel, this.#onSocket);
  }

  readonly #onRejection = (reason: unknown) => {
    this.unhandledRejections.add(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  };

  readonly #onWarning = ({ name, message }: Error) => {
    if (name === 'MaxListenersExceededWarning') this.listenerLeaks.add(message);
  };

  readonly #onSocket = (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('socket' in message)) return;
    const { socket } = message;
    if (!(socket instanceof Socket)) return;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  };

  #leftNow(): string[] {
    const sockets = [...this.#sockets].map(
      ({ localPort, remotePort }) => `socket from ${localPort} to ${remotePort}`,
    );
    const resources = [...activeResources()].flatMap(([kind, count]) =>
      Array.from({ length: Math.max(0, count - (this.#resources.get(kind) ?? 0)) }, () => kind),
    );
    return [...sockets, ...resources];
  }
}

function activeResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (KINDS.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

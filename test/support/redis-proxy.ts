import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** What the proxy does with the bytes of a connection. */
type Behaviour =
  | { readonly kind: 'through' }
  /** Replies come after a random time between these. */
  | { readonly kind: 'delay'; readonly fromMs: number; readonly toMs: number }
  /** Every write of a client is answered with these bytes, and reaches no server. */
  | { readonly kind: 'answer'; readonly bytes: string }
  /** Replies come once the proxy behaves in another way. */
  | { readonly kind: 'silent' };

const THROUGH: Behaviour = { kind: 'through' };

/** TCP proxy in front of Redis: one address that can lead to another server, as after a failover. */
export class RedisProxy {
  /** Connections that clients have opened so far. */
  opened = 0;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #target: number;
  #behaviour: Behaviour = THROUGH;
  #endSilence: () => void = () => undefined;
  #silence: Promise<void> = Promise.resolve();

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#serve(client));
  }

  static async to(port: number): Promise<RedisProxy> {
    const proxy = new RedisProxy(port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    onTestFinished(() => proxy.close());
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new TypeError('The proxy listens.');
    return `redis://127.0.0.1:${address.port}`;
  }

  /** Connections that clients have open. */
  get open(): number {
    return this.#clients.size;
  }

  /** Leads new connections to another server. Those that are open stay where they are, and are served as before. */
  leadTo(port: number): void {
    this.#target = port;
  }

  /** Changes what becomes of all connections, open ones included. */
  behave(behaviour: Behaviour): void {
    this.#endSilence();
    this.#behaviour = behaviour;
    if (behaviour.kind === 'silent')
      ({ promise: this.#silence, resolve: this.#endSilence } = Promise.withResolvers<void>());
  }

  /** Writes bytes to all open connections, asked or not. */
  write(bytes: string): void {
    for (const client of this.#clients) client.write(bytes);
  }

  close(): void {
    this.#server.close();
    for (const client of this.#clients) client.destroy();
  }

  #serve(client: Socket): void {
    this.opened += 1;
    this.#clients.add(client);
    const server = connect(this.#target, '127.0.0.1');
    const end = () => {
      this.#clients.delete(client);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('error', end).on('close', end);
    client.on('data', (bytes) => {
      const behaviour = this.#behaviour;
      if (behaviour.kind === 'answer') client.write(behaviour.bytes);
      else server.write(bytes);
    });
    // Replies keep their order.
    let before: Promise<unknown> = Promise.resolve();
    server.on('data', (bytes) => {
      before = Promise.all([before, this.#wait()]).then(() => client.writable && client.write(bytes));
    });
  }

  /** Wait of one reply. */
  async #wait(): Promise<void> {
    const behaviour = this.#behaviour;
    if (behaviour.kind === 'silent') await this.#silence;
    if (behaviour.kind !== 'delay') return;
    const { fromMs, toMs } = behaviour;
    await delay(fromMs + Math.random() * (toMs - fromMs));
  }
}

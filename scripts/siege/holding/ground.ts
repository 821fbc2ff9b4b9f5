import { once } from 'node:events';
import type { Server } from 'node:net';
import { connect, type Socket } from 'node:net';
import { freePort } from '../../free-port.ts';
import { RedisProcess } from '../../redis-process.ts';
import { Health } from '../../gateway-process/health.ts';
import { type MeasuredGateway, startGateway } from '../start-gateway.ts';
import { Upstream } from '../upstream.ts';
import { Client, type ClientOptions } from './client.ts';

/** Pause after a garbage collection; what is compared are tens of megabytes. */
const COLLECTING_MS = 150;

/** Gateway of a scenario. */
export interface GroundGateway extends MeasuredGateway {
  readonly port: number;
  /** Text of `/metrics`. */
  readonly metrics: () => Promise<string>;
  /** RSS after garbage collection, in megabytes. */
  readonly residentMb: () => Promise<number>;
}

/** Processes, servers and sockets of one scenario, which end with it. */
export class Ground {
  /** Settings of all gateways, if the scenario does not need others. */
  readonly settings: Readonly<Record<string, string>>;
  readonly #endings: (() => Promise<void> | void)[] = [];

  constructor(settings: Readonly<Record<string, string>>) {
    this.settings = settings;
  }

  /** Has this called at the end of the scenario, the latest first. */
  atEnd(ending: () => Promise<void> | void): void {
    this.#endings.push(ending);
  }

  async gateway(env: Readonly<Record<string, string>>): Promise<GroundGateway> {
    const metricsPort = await freePort();
    const measured = await startGateway({
      METRICS_PORT: String(metricsPort),
      ...this.settings,
      ...env,
    });
    const { gateway } = measured;
    // Its requests may be under way, and nobody waits for them.
    this.atEnd(() => gateway.kill());
    return {
      ...measured,
      port: gateway.port,
      metrics: async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
      residentMb: async () => (await gateway.memory(COLLECTING_MS)).resident,
    };
  }

  /** Upstream that knows the ordinary clients, in a thread of its own. */
  async upstream(): Promise<Upstream> {
    const upstream = await Upstream.start([]);
    this.atEnd(() => upstream.end());
    return upstream;
  }

  health(port: number): Health {
    const health = new Health(port);
    this.atEnd(() => health.end());
    return health;
  }

  client(port: number, options: ClientOptions = {}): Client {
    const client = new Client(port, options);
    this.atEnd(() => client.close());
    return client;
  }

  async redis(): Promise<RedisProcess> {
    const redis = await RedisProcess.start();
    this.atEnd(() => redis.end());
    return redis;
  }

  /** Has a server listen on a free port, which is returned. */
  async listen(server: Server): Promise<number> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.atEnd(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new TypeError('The server has no port.');
    return address.port;
  }

  /**
   * Opens connections, one for each text, and sends it. Nothing is read from them before they have a listener. Failures are
   * theirs to bear: a gateway may close any of them.
   */
  async crowd(port: number, sent: readonly (string | Buffer)[]): Promise<Socket[]> {
    const sockets = sent.map((bytes) => {
      const socket = connect({ port, host: '127.0.0.1' }).pause();
      socket.on('error', () => undefined);
      if (bytes.length > 0) socket.write(bytes);
      return socket;
    });
    this.atEnd(() => {
      for (const socket of sockets) socket.destroy();
    });
    await Promise.all(sockets.map((socket) => once(socket, 'connect').catch(() => undefined)));
    return sockets;
  }

  async end(): Promise<void> {
    for (const ending of this.#endings.splice(0).toReversed()) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after another
      await ending();
    }
  }
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseConfig } from '../../src/config/config.ts';
import { createGateway } from '../../src/gateway.ts';

export interface ListeningGateway {
  /** Its origin, such as `http://127.0.0.1:1234`. */
  readonly origin: string;
  /** Ends what the gateway has under way, which is answered all the same. */
  dispose(): Promise<void>;
  /** Ends its connections to clients. */
  close(): Promise<void>;
}

/** A gateway with these settings at a port of its own, as `src/main.ts` runs one. */
export async function listeningGateway(env: Readonly<Record<string, string>>): Promise<ListeningGateway> {
  const { upstream, ...config } = parseConfig(env);
  if (upstream === null) throw new TypeError('A gateway of the soak is told its upstream.');
  const gateway = createGateway({ ...config, upstream });
  const server = createServer(gateway.listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('The server has a port.');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    dispose: () => gateway.dispose(),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

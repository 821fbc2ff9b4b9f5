import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseConfig } from '../../src/config/config.ts';
import { assembleGateway } from '../../src/gateway.ts';

export interface ListeningGateway {
  /** Origin such as `http://127.0.0.1:1234`. */
  readonly origin: string;
  /** Ends the gateway's upstream calls; requests in flight are still answered. */
  dispose(): Promise<void>;
  /** Closes the server and its connections to clients. */
  close(): Promise<void>;
}

/** Starts a gateway with these settings on a free port, like `src/main.ts`. */
export async function listeningGateway(env: Readonly<Record<string, string>>): Promise<ListeningGateway> {
  const config = parseConfig(env);
  const gateway = assembleGateway({ config });
  const server = createServer(gateway.listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('The server has no port.');
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

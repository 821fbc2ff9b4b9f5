import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { onTestFinished } from 'vitest';

/** Starts a server on a free port, closed with the test. Resolves with its address, without a trailing slash. */
export async function listeningForTest(what: RequestListener | Server): Promise<string> {
  const server = (typeof what === 'function' ? createServer(what) : what).listen(0, '127.0.0.1');
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('The server has a port.');
  return `http://127.0.0.1:${address.port}`;
}

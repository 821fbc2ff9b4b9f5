/** Gateway process that waits 5 s for Redis: the default of 50 ms can pass on a busy machine. */
import { createServer } from 'node:http';
import { parseConfig } from '../../../src/config/config.ts';
import { assembleGateway } from '../../../src/gateway.ts';

const config = parseConfig(process.env);
const gateway = assembleGateway({ config, redisTimeoutMs: 5_000 });
const server = createServer(gateway.listener);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('The server has a port.');
  console.log(`http://127.0.0.1:${address.port}/graphql`);
});

import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { parseConfig } from '../../../src/config/config.ts';
import { assembleGateway } from '../../../src/gateway.ts';
import { compileAtHit, graphqlRequest } from '../../support/gateway.ts';

/** Host that accepts connections and never sends anything, so that no TLS handshake ends. */
async function silentHost(): Promise<Server> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
  });
  return server;
}

test('a call whose connection is still being made ends at UPSTREAM_TIMEOUT_MS, and frees its permit for the next call', async () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the server listens on TCP
  const { port } = (await silentHost()).address() as AddressInfo;
  const config = parseConfig({
    GENESYSCLOUD_API_URL: `https://127.0.0.1:${port}`,
    UPSTREAM_TIMEOUT_MS: '200',
    // Limit far beyond the test's own, so that only the limit of the call can free the permit.
    REQUEST_TIMEOUT_MS: '600000',
    UPSTREAM_CONCURRENCY: '1',
  });
  const gateway = assembleGateway({ config, ...compileAtHit() });
  onTestFinished(() => gateway.dispose());
  const answer = await gateway.fetch(
    graphqlRequest('{ a: script(id: "a") { id } b: script(id: "b") { id } }'),
  );
  const { errors } = JSON.parse(await answer.text());
  expect(errors).toHaveLength(2);
  for (const { extensions } of errors) {
    expect(extensions.code).toBe('UPSTREAM_TIMEOUT');
  }
});

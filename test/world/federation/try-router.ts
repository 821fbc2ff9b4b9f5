import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { assertCompositionSuccess, composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { freePort } from '../../../scripts/free-port.ts';
import { askAt } from '../../support/ask-at.ts';
import { supervisorsOrganisation } from '../../support/organisation.ts';
import { secondSubgraph, typeDefs } from './second-subgraph.ts';

const TOKEN = 'token-of-a-caller';
const here = fileURLToPath(new URL('./', import.meta.url));
const ended: (() => unknown)[] = [];

/** Tries the gateway and a second subgraph behind a real router. Rejects when an answer is wrong. */
export async function tryRouter(): Promise<void> {
  try {
    await asked();
  } finally {
    for (const end of ended.toReversed()) await end();
  }
}

async function asked(): Promise<void> {
  const sandbox = await startSandbox({ organisation: supervisorsOrganisation(), tokens: [TOKEN] });
  ended.push(() => sandbox.close());
  const gatewayPort = await freePort();
  const gateway = `http://127.0.0.1:${gatewayPort}/graphql`;
  await started('gateway', [fileURLToPath(new URL('../../../bin/gateway.mjs', import.meta.url))], gateway, {
    PORT: String(gatewayPort),
    GENESYSCLOUD_API_URL: sandbox.url,
    SUBGRAPH: '1',
  });
  const second = `http://127.0.0.1:${await listening(secondSubgraph)}/graphql`;
  ended.push(() => {
    secondSubgraph.close();
    secondSubgraph.closeAllConnections();
  });

  const { data } = await askAt(gateway, '{ _service { sdl } }', null);
  const composed = composeServices([
    { name: 'campaigns', url: gateway, typeDefs: parse(data._service.sdl) },
    { name: 'shifts', url: second, typeDefs: parse(typeDefs) },
  ]);
  assertCompositionSuccess(composed);
  const folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
  ended.push(() => rmSync(folder, { recursive: true }));
  const supergraph = join(folder, 'supergraph.graphql');
  writeFileSync(supergraph, composed.supergraphSdl);
  console.log('composed with another subgraph');

  const routerPort = await freePort();
  const router = `http://127.0.0.1:${routerPort}/graphql`;
  const bin = join(here, 'node_modules/@graphql-hive/gateway/dist/bin.js');
  const options = [
    '--host',
    '127.0.0.1',
    '--port',
    String(routerPort),
    '-c',
    join(here, 'gateway.config.mjs'),
  ];
  await started('Hive Gateway', [bin, 'supergraph', supergraph, ...options], router, {});
  sandbox.requests.length = 0;

  const ids = Array.from({ length: 100 }, (_, n) => `user-${n % 20}${n < 20 ? '' : `-${n}`}`);
  const fromSecond = await askAt(
    router,
    `{ shift(userIds: ${JSON.stringify(ids)}) { id shift name email } }`,
    TOKEN,
  );
  assert.deepEqual(fromSecond.errors, undefined);
  assert.deepEqual(fromSecond.data.shift[3], {
    id: 'user-3',
    shift: 'Shift of user-3',
    name: 'Name of user-3',
    email: 'user-3@example.com',
  });
  assert.deepEqual(fromSecond.data.shift[99], {
    id: 'user-19-99',
    shift: 'Shift of user-19-99',
    name: null,
    email: null,
  });
  assert.deepEqual(
    sandbox.requests.map(({ resource, token, ids: wanted }) => [resource, token, wanted.length]),
    [['users', TOKEN, 100]],
  );
  console.log("100 users of another subgraph are one upstream call, with the caller's Authorization");
  sandbox.requests.length = 0;

  const fromOurs = await askAt(
    router,
    '{ campaignInteractions(campaignId: "campaign-1", first: 2) { nodes { id agent { name shift } } } }',
    TOKEN,
  );
  assert.deepEqual(fromOurs.errors, undefined);
  assert.deepEqual(fromOurs.data.campaignInteractions.nodes[1], {
    id: 'interaction-001',
    agent: { name: 'Name of user-1', shift: 'Shift of user-1' },
  });
  assert.deepEqual(
    sandbox.requests.map(({ resource }) => resource),
    ['campaignInteractions'],
  );
  console.log('agents of interactions have what another subgraph knows of them');
  sandbox.requests.length = 0;

  const anonymous = await askAt(router, '{ shift(userIds: ["user-1"]) { shift name } }', null);
  assert.deepEqual(anonymous.data, { shift: [{ shift: 'Shift of user-1', name: null }] });
  assert.equal(anonymous.errors[0].extensions.code, 'UNAUTHENTICATED');
  assert.deepEqual(sandbox.requests, []);
  console.log('without Authorization the client is told UNAUTHENTICATED, and nothing is asked');
}

/** Starts a process that lives as long as `tryRouter`. Resolves once it answers at this address. */
async function started(
  name: string,
  args: readonly string[],
  address: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: here,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  ended.push(async () => {
    child.kill('SIGKILL');
    await closed;
  });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  child.stderr?.on('data', (chunk) => (output += String(chunk)));
  for (let attempt = 0; attempt < 600 && child.exitCode === null; attempt += 1) {
    const answer = await askAt(address, '{ __typename }', null).catch(() => null);
    if (answer?.data?.__typename === 'Query') return;
    await setTimeout(100);
  }
  throw new Error(`${name} does not answer at ${address}:\n${output}`);
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('The server has a port.');
  return address.port;
}

import { once } from 'node:events';
import { connect } from 'node:net';

import { expect, test } from 'vitest';

import { startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { ask, TOKEN } from './helpers.ts';

function openServers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
}

test('closing a sandbox ends idle connections, hanging and delayed answers, and frees the port', async () => {
  const serversBefore = openServers();
  const sandbox = await startSandbox({
    tokens: [TOKEN],
    faults: [
      { kind: 'hang', resource: 'queues' },
      { kind: 'delay', ms: 3_600_000, resource: 'users' },
    ],
  });
  const port = Number(new URL(sandbox.url).port);
  const idle = connect(port, '127.0.0.1');
  await once(idle, 'connect');
  const idleEnded = once(idle, 'close');
  const hanging = ask(sandbox, '/api/v2/routing/queues').catch((error: unknown) => error);
  const waiting = ask(sandbox, '/api/v2/users').catch((error: unknown) => error);
  await expect.poll(() => sandbox.requests.length).toBe(2);

  await sandbox.close();

  await idleEnded;
  expect(await hanging).toBeInstanceOf(TypeError);
  expect(await waiting).toBeInstanceOf(TypeError);
  await expect.poll(openServers).toBe(serversBefore);
  const again = await startSandbox({ port });
  await again.close();
});

test('a sandbox can be closed twice', async () => {
  const sandbox = await startSandbox();
  await sandbox.close();
  await expect(sandbox.close()).resolves.toBeUndefined();
});

test('starting a sandbox on a port in use rejects with EADDRINUSE', async () => {
  const sandbox = await startSandbox();
  await expect(startSandbox({ port: Number(new URL(sandbox.url).port) })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await sandbox.close();
});

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { type Config, ConfigError, parseConfig, tokenUrlOf } from './config.ts';
import { greeting } from './greeting.ts';
import { EXAMPLE_CAMPAIGN_ID } from './sandbox/generate-organisation.ts';
import { type Sandbox, startSandbox } from './sandbox/start-sandbox.ts';
import { createGateway, type GatewayConfig } from './server.ts';

/** Starts what the environment describes, and ends all of it at SIGTERM or SIGINT. */
async function run(): Promise<void> {
  const config = parseConfig(process.env);
  const sandbox = config.upstream === null ? await startSandbox({ recordedRequests: 0 }) : null;
  const ready = gatewayConfig(config, sandbox);
  const gateway = createGateway(ready, pino({ level: config.logLevel }));
  const server = createServer(gateway.listener);

  async function stop(): Promise<void> {
    await drain(server, config.drainSeconds);
    await gateway.dispose();
    await sandbox?.close();
  }

  try {
    server.listen(config.port, config.host);
    await once(server, 'listening');
  } catch (error) {
    await stop();
    throw error;
  }
  let stopping: Promise<void> | undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // One Ctrl-C can arrive twice, from the terminal and from npm; the second must not cut off what the first lets finish.
    process.on(signal, () => void (stopping ??= stop()));
  }
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  process.stdout.write(greeting(ready, port));
}

function gatewayConfig({ upstream, ...config }: Config, sandbox: Sandbox | null): GatewayConfig {
  if (upstream !== null) return { ...config, upstream };
  if (sandbox === null) throw new TypeError('Without an upstream there has to be a sandbox.');
  return {
    ...config,
    upstream: {
      apiUrl: sandbox.url,
      credentials: {
        mode: 'client',
        tokenUrl: tokenUrlOf(sandbox.url),
        clientId: 'sandbox',
        clientSecret: 'sandbox',
        bearerFirst: true,
      },
    },
    exampleCampaignId: EXAMPLE_CAMPAIGN_ID,
  };
}

/** Accepts no more connections, lets the requests under way finish, and cuts off what has not after so many seconds. */
async function drain(server: Server, seconds: number): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  const cutOff = new AbortController();
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  void delay(seconds * 1000, undefined, { signal: cutOff.signal }).then(
    () => server.closeAllConnections(),
    () => undefined,
  );
  await closed;
  clearInterval(idle);
  cutOff.abort();
}

try {
  await run();
} catch (error) {
  const problems =
    error instanceof ConfigError ? error.problems : [error instanceof Error ? error.message : String(error)];
  process.stderr.write(
    `The gateway cannot start:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`,
  );
  process.exitCode = 1;
}

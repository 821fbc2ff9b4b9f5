import { once } from 'node:events';
import { createServer } from 'node:net';
import type { ServerConfig } from '../../config/slices.ts';
import { UpstreamError } from '../../errors.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import type { Transport } from '../../upstream/http/transport.ts';
import { finding, type Finding } from '../probing/finding.ts';
import type { Patience } from '../probing/patience.ts';

/** Answer of a gateway at `/health`. */
const ALIVE = '{"status":"alive"}';

/** Tells whether the gateway can listen where it is meant to, or does so already. */
export async function checkPort(
  { host, port }: Pick<ServerConfig, 'host' | 'port'>,
  transport: Transport,
  patience: Patience,
): Promise<Finding> {
  const name = 'port';
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const facts = { host, port };
  const code = await whyNotListening(host, port, patience);
  if (code === null) return finding(name, 'ok', `${place} is free to listen on.`, { facts });
  if (code === 'EADDRINUSE' && (await isGateway(host, port, transport, patience))) {
    return finding(name, 'ok', `A gateway listens on ${place} already.`, { facts });
  }
  const advice = {
    EADDRINUSE: 'Stop the other program, or set PORT to another port.',
    EACCES: 'Ports below 1024 may be for the administrator alone: set PORT to a higher one.',
    EADDRNOTAVAIL: 'HOST has to be an address of this machine, or 0.0.0.0 for all of them.',
  }[code];
  const why = code === 'EADDRINUSE' ? 'another program listens there' : code;
  return finding(name, 'fail', `The gateway cannot listen on ${place}: ${why}.`, {
    facts,
    advice: advice ?? 'Check HOST and PORT.',
  });
}

/** Code of the system; null when it can be listened there. */
async function whyNotListening(host: string, port: number, patience: Patience): Promise<string | null> {
  const server = createServer();
  try {
    // A name of a host is looked up first, which may take long.
    await patience.step(() => {
      server.listen({ host, port, exclusive: true });
      return once(server, 'listening');
    });
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  } finally {
    server.close();
  }
}

async function isGateway(
  host: string,
  port: number,
  transport: Transport,
  patience: Patience,
): Promise<boolean> {
  const name = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  const url = new URL(`http://${name.includes(':') ? `[${name}]` : name}:${port}/health`);
  try {
    const { status, bytes } = await patience.step((signal) =>
      transport.exchange(url, { method: 'GET', headers: {} }, signal),
    );
    return status === 200 && decodeUtf8(bytes).trim() === ALIVE;
  } catch (error) {
    if (error instanceof UpstreamError) return false;
    throw error;
  }
}

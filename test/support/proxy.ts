import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.ts';

export interface TestProxyOptions {
  /** Certificate of a proxy that is spoken to by https. @default http */
  readonly certificate?: Certificate;
  /** User and password that the proxy wants, as `user:password`. @default none */
  readonly credentials?: string;
  /** `refuse` answers 403 to each CONNECT, `hang` never answers. @default 'serve' */
  readonly behaviour?: 'serve' | 'refuse' | 'hang';
  /** Address of each host name that the proxy knows; others are looked up. */
  readonly hosts?: Readonly<Record<string, string>>;
}

export interface TestProxy {
  /** URL without credentials. */
  readonly url: string;
  /** Host and port of the proxy. */
  readonly name: string;
  /** Host and port of each CONNECT, in order. */
  readonly tunnels: string[];
  /** Credentials of each CONNECT, as `user:password`; empty without any. */
  readonly users: string[];
  behaviour: NonNullable<TestProxyOptions['behaviour']>;
}

/** A real proxy that makes tunnels (CONNECT), closed with the test. */
export async function proxyForTest(options: TestProxyOptions = {}): Promise<TestProxy> {
  const { certificate, credentials, hosts = {} } = options;
  const sockets = new Set<Socket>();
  const tunnels: string[] = [];
  const users: string[] = [];
  const server = certificate === undefined ? createServer() : createSecureServer(certificate);
  // A plain request is none for a tunnel.
  server.on('request', (_request, response) => response.writeHead(405).end());
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('connect', ({ url = '', headers }: IncomingMessage, client: Socket) => {
    client.on('error', () => client.destroy());
    const user = Buffer.from(
      headers['proxy-authorization']?.replace(/^Basic /, '') ?? '',
      'base64',
    ).toString();
    tunnels.push(url);
    users.push(user);
    if (proxy.behaviour === 'hang') return;
    if (credentials !== undefined && user !== credentials) {
      client.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="no"\r\n\r\n',
      );
      return;
    }
    if (proxy.behaviour === 'refuse') {
      client.end('HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n\r\n<h1>Not from here</h1>');
      return;
    }
    const { hostname, port } = new URL(`http://${url}`);
    const target = connect(Number(port) || 80, hosts[hostname] ?? hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(target).pipe(client);
    });
    sockets.add(target);
    target.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    client.on('close', () => target.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new TypeError('The proxy has a port.');
  const name = `127.0.0.1:${address.port}`;
  const proxy: TestProxy = {
    url: `${certificate === undefined ? 'http' : 'https'}://${name}`,
    name,
    tunnels,
    users,
    behaviour: options.behaviour ?? 'serve',
  };
  return proxy;
}

/** URL of a proxy with credentials. */
export function withCredentials({ url }: TestProxy, credentials: string): string {
  return url.replace('://', `://${credentials}@`);
}

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Refuses a connection of another protocol, such as WebSocket, and closes it. A server that has a listener for `upgrade` events
 * leaves the answer to it.
 */
export function refuseUpgrade(_request: IncomingMessage, socket: Duplex): void {
  // The client may have gone: nobody is left to tell.
  socket.on('error', () => socket.destroy());
  socket.end(refusal, () => socket.destroy());
}

const body = JSON.stringify({
  errors: [
    {
      message:
        'Connections of other protocols, such as WebSocket, are not accepted. Queries are sent by POST.',
      extensions: { code: 'BAD_REQUEST' },
    },
  ],
});

const refusal = [
  'HTTP/1.1 501 Not Implemented',
  'Connection: close',
  'Cache-Control: private, no-store',
  'Content-Type: application/json; charset=utf-8',
  `Content-Length: ${Buffer.byteLength(body)}`,
  'X-Content-Type-Options: nosniff',
  '',
  body,
].join('\r\n');

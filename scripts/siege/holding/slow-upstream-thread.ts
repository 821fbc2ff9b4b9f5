/**
 * Thread of an upstream that knows one token, and says after a while that it does not know another. A thread of its own, because
 * the clients keep the main thread busy. Sends its port, then its `SlowUpstreamFigures` for each message.
 */
import { createServer, type ServerResponse } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { GOOD_TOKEN, type SlowUpstreamFigures } from './slow-upstream.ts';

/** Time of a call to the vendor from nearby, about. */
const USUAL_MS = 100;
const slowMs = Number(workerData);
let open = 0;
let mostOpen = 0;
let calls = 0;

const server = createServer(({ headers, url = '' }, response) => {
  calls += 1;
  const isGood = headers.authorization === `Bearer ${GOOD_TOKEN}`;
  const timer = setTimeout(
    () => {
      const id = url.split('/').at(-1);
      if (isGood) send(response, 200, { id, name: `Name of ${id}`, selfUri: url });
      else send(response, 401, { status: 401, code: 'bad.credentials', message: 'No such token.' });
    },
    isGood ? USUAL_MS : slowMs,
  );
  response.once('close', () => clearTimeout(timer));
});

server.on('connection', (socket) => {
  open += 1;
  mostOpen = Math.max(mostOpen, open);
  socket.once('close', () => (open -= 1));
});

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  if (typeof address === 'object') parentPort?.postMessage(address?.port);
});
parentPort?.on('message', () => {
  const figures: SlowUpstreamFigures = { mostOpen, calls };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(figures);
});

/**
 * Process of the benchmark's upstream: gives answers that were prepared before the run, after a settable latency and within
 * a settable quota. It listens at `PORT`; messages set and query the rest.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { CallLog, type Quota } from './call-log.ts';
import { findBulk, findRead, type FoundAnswer } from './find-answer.ts';
import { prepareAnswers } from './prepared-answers.ts';

/** Messages to the process. `calls` is answered with the number of calls, `take` with `CallCounts`. */
export type UpstreamMessage =
  | { readonly ask: 'begin'; readonly latencyMs: number; readonly quota: Quota }
  | { readonly ask: 'calls' }
  | { readonly ask: 'take' };

const answers = prepareAnswers();
const log = new CallLog();
let latencyMs = 0;

const server = createServer((request, response) => {
  const { url = '', method } = request;
  const mark = url.indexOf('?');
  const path = mark === -1 ? url : url.slice(0, mark);
  if (method === 'POST') {
    readIds(request, (ids) => answer(request, response, findBulk(answers, path, ids)));
  } else {
    answer(request, response, findRead(answers, path, mark === -1 ? '' : url.slice(mark + 1)));
  }
});

function readIds(request: IncomingMessage, done: (ids: string[]) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const ids: unknown = JSON.parse(Buffer.concat(chunks).toString());
    done(Array.isArray(ids) ? ids.map(String) : []);
  });
}

function answer(request: IncomingMessage, response: ServerResponse, found: FoundAnswer | null): void {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    send(response, 401, refusal('authentication.required', 'No authentication bearer token specified.', 401));
    return;
  }
  const verdict = log.count(authorization, found?.resource ?? 'unknown');
  const headers = {
    'inin-ratelimit-count': verdict.count,
    'inin-ratelimit-allowed': verdict.allowed,
    'inin-ratelimit-reset': verdict.resetSeconds,
  };
  if (verdict.isRefused) {
    const message = `Rate limit exceeded the maximum. Retry the request in [${verdict.resetSeconds}] seconds`;
    const body = refusal('too.many.requests.retry.after', message, 429);
    send(response, 429, body, { ...headers, 'retry-after': verdict.resetSeconds });
  } else if (found === null || found.body === null) {
    send(response, 404, refusal('not.found', 'The requested resource was not found.', 404), headers);
  } else {
    send(response, 200, found.body, headers);
  }
}

function refusal(code: string, message: string, status: number): Buffer {
  return Buffer.from(JSON.stringify({ message, code, status, details: [], errors: [] }));
}

function send(
  response: ServerResponse,
  status: number,
  body: Buffer,
  headers: Readonly<Record<string, number>> = {},
): void {
  const write = () => {
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': body.length,
      ...headers,
    });
    response.end(body);
  };
  if (latencyMs === 0) write();
  else setTimeout(write, latencyMs);
}

// Connections are idle between scenarios, and one that is closed just as it is used would count as a failure.
server.keepAliveTimeout = 600_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');

process.on('message', (message: UpstreamMessage) => {
  if (message.ask === 'begin') {
    latencyMs = message.latencyMs;
    log.begin(message.quota);
    process.send?.({ begun: true });
  } else if (message.ask === 'calls') {
    process.send?.({ calls: log.calls });
  } else if (message.ask === 'take') {
    process.send?.({ counts: log.take() });
  }
});
process.on('disconnect', () => process.exit());

/**
 * Thread that asks a gateway for `/health` every 50 ms, whether or not it has answered before. A thread of its own, because
 * the clients of the attacks keep the main thread busy.
 */
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import type { HealthFigures } from './health.ts';

const EVERY_MS = 50;

const port = Number(workerData);
const agent = new Agent({ keepAlive: true });
const outstanding = new Set<number>();
let latencies: number[] = [];
let failed = 0;

function probe(): void {
  const sentMs = performance.now();
  outstanding.add(sentMs);
  const done = (isRight: boolean) => {
    if (!outstanding.delete(sentMs)) return;
    latencies.push(performance.now() - sentMs);
    if (!isRight) failed += 1;
  };
  request({ agent, port, host: '127.0.0.1', path: '/health' }, (response) => {
    response
      .resume()
      .on('end', () => done(response.statusCode === 200))
      .on('error', () => done(false));
  })
    .on('error', () => done(false))
    .end();
}

/** Figures since the previous call. A probe without an answer yet counts with the time that it has waited so far. */
function take(): HealthFigures {
  const nowMs = performance.now();
  const waiting = [...outstanding].map((sentMs) => nowMs - sentMs);
  const sorted = [...latencies, ...waiting].toSorted((a, b) => a - b);
  const figures = {
    probes: sorted.length,
    failed,
    mostMs: sorted.at(-1) ?? 0,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  };
  latencies = [];
  failed = 0;
  return figures;
}

setInterval(probe, EVERY_MS);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.on('message', () => parentPort?.postMessage(take()));

/**
 * Measures the process that imports it (`node --import`), and sends a `Sample` to the parent process every 50 ms. Everything
 * is measured on the main thread: a blocked event loop is reported as soon as it goes on.
 */
import { isMainThread } from 'node:worker_threads';
import type { Sample } from './gateway-figures.ts';

const BEAT_MS = 10;
const BEATS_PER_SAMPLE = 5;

// Workers of the process import this module, too.
if (isMainThread && process.send !== undefined) {
  let lastMs = performance.now();
  let blockedMs = 0;
  let busyMs = 0;
  let lastCpu = process.threadCpuUsage();
  let beats = 0;
  setInterval(() => {
    const nowMs = performance.now();
    blockedMs = Math.max(blockedMs, nowMs - lastMs - BEAT_MS);
    lastMs = nowMs;
    const worked = process.threadCpuUsage(lastCpu);
    busyMs = Math.max(busyMs, (worked.user + worked.system) / 1000);
    lastCpu = process.threadCpuUsage();
    beats += 1;
    if (beats % BEATS_PER_SAMPLE !== 0) return;
    const { user, system } = process.cpuUsage();
    const sample: Sample = {
      cpuMs: (user + system) / 1000,
      blockedMs,
      busyMs,
      residentMb: process.memoryUsage.rss() / 1e6,
      mostResidentMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
    };
    blockedMs = 0;
    busyMs = 0;
    process.send?.(sample);
  }, BEAT_MS).unref();
}

import { setTimeout as delay } from 'node:timers/promises';
import { type MixedLoad, runMixedLoad } from './mixed-load.ts';
import type { SoakSettings } from './parse-soak-settings.ts';
import { ProcessWatch } from './process-watch.ts';
import { type QuotaLoad, runQuotaLoad } from './quota-load.ts';

/** RSS of the process in megabytes. */
interface Memory {
  readonly start: number;
  readonly middle: number;
  readonly end: number;
}

export interface SoakReport {
  readonly settings: SoakSettings;
  readonly tookSeconds: number;
  readonly mixed: MixedLoad;
  readonly quota: QuotaLoad;
  readonly watch: Pick<ProcessWatch, 'unhandledRejections' | 'listenerLeaks'>;
  /** Sockets and timers that remain after everything was disposed. */
  readonly leftovers: readonly string[];
  readonly memory: Memory;
}

/** Runs both loads at the same time against gateways in this process, and watches the process. */
export async function runSoak(settings: SoakSettings): Promise<SoakReport> {
  const watch = new ProcessWatch();
  try {
    const beganAtMs = performance.now();
    const start = residentMegabytes();
    const [mixed, quota, middle] = await Promise.all([
      runMixedLoad(settings),
      runQuotaLoad(settings),
      delay(settings.seconds * 500).then(residentMegabytes),
    ]);
    const leftovers = await watch.leftovers();
    const memory = { start, middle, end: residentMegabytes() };
    const tookSeconds = (performance.now() - beganAtMs) / 1000;
    return { settings, tookSeconds, mixed, quota, watch, leftovers, memory };
  } finally {
    watch.end();
  }
}

function residentMegabytes(): number {
  return process.memoryUsage.rss() / 1e6;
}

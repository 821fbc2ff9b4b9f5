import * as v from '@badrap/valita';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const sampleSchema = v.object({
  /** CPU time of the process since its start, all threads together. */
  cpuMs: v.number(),
  /** Longest block of the event loop since the previous sample. */
  blockedMs: v.number(),
  /**
   * Most CPU time of the main thread between two beats of the monitor. Where a machine has other work, the gateway's own part
   * of a block.
   */
  busyMs: v.number(),
  residentMb: v.number(),
  /** Highest RSS since the start of the process. */
  mostResidentMb: v.number(),
});

/** What the monitor in the gateway's process sends. */
export type Sample = v.Infer<typeof sampleSchema>;

/** Figures of the gateway's process during a period. */
export interface Figures {
  readonly cpuMs: number;
  readonly blockedMs: number;
  readonly busyMs: number;
  readonly peakMb: number;
}

/** Module for Node's `--import`, which measures the gateway's process. */
export const MONITOR = fileURLToPath(new URL('gateway-monitor.ts', import.meta.url));
const TICK_MS = 10;
const MOST_TICKS = 100;

/** Samples of a gateway process, by periods. */
export class GatewayFigures {
  #last: Sample = { cpuMs: 0, blockedMs: 0, busyMs: 0, residentMb: 0, mostResidentMb: 0 };
  #samples = 0;
  #first: Sample = this.#last;
  #blockedMs = 0;
  #busyMs = 0;
  #peakMb = 0;

  readonly receive = (message: unknown): void => {
    const sample = sampleSchema.parse(message);
    this.#last = sample;
    this.#samples += 1;
    this.#blockedMs = Math.max(this.#blockedMs, sample.blockedMs);
    this.#busyMs = Math.max(this.#busyMs, sample.busyMs);
    this.#peakMb = Math.max(this.#peakMb, sample.residentMb);
  };

  /** RSS of now, in megabytes. */
  get residentMb(): number {
    return this.#last.residentMb;
  }

  /** Begins a period. */
  async begin(): Promise<void> {
    await this.#next();
    this.#first = this.#last;
    this.#blockedMs = 0;
    this.#busyMs = 0;
    this.#peakMb = this.#last.residentMb;
  }

  /** Ends the period; the figures of a process that has ended are those of its last sample. */
  async end(): Promise<Figures> {
    await this.#next();
    const { cpuMs, mostResidentMb } = this.#last;
    // A peak between two samples shows only when it is the highest so far.
    const peakMb = mostResidentMb > this.#first.mostResidentMb ? mostResidentMb : this.#peakMb;
    return { cpuMs: cpuMs - this.#first.cpuMs, blockedMs: this.#blockedMs, busyMs: this.#busyMs, peakMb };
  }

  /** Waits for a sample of now, at most a second. */
  async #next(): Promise<void> {
    const seen = this.#samples;
    for (let tick = 0; tick < MOST_TICKS && this.#samples === seen; tick += 1) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- waiting
      await delay(TICK_MS);
    }
  }
}

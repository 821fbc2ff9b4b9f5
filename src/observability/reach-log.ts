import type { Logger } from 'pino';
import type { Clock } from '../lib/clock.ts';
import {
  hints,
  type Obstacle,
  obstacles,
  type ReachFailure,
  type ReachObserver,
} from '../upstream/http/reach.ts';

/** Least time between two reports that one host cannot be reached, for a host that comes and goes. */
const SILENT_MS = 60_000;

interface HostState {
  /** Obstacles since the host was last reached, in the order in which they were met; empty while it is reached. */
  readonly met: Set<Obstacle>;
  /** True when the log has said that the host cannot be reached. */
  isTold: boolean;
  /** Time on the monotonic clock. */
  toldAtMs: number;
}

/**
 * Logs once that a host cannot be reached, through what and why, once for each further reason, and once that it can be again.
 * It keeps a state for each host that the gateway calls, which are as many as its settings name.
 */
export class ReachLog implements ReachObserver {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #hosts = new Map<string, HostState>();

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
  }

  failed(host: string, proxy: string | null, { obstacle, code }: ReachFailure): void {
    let state = this.#hosts.get(host);
    if (state === undefined) {
      state = { met: new Set(), isTold: false, toldAtMs: -Infinity };
      this.#hosts.set(host, state);
    }
    const isKnown = state.isTold && state.met.has(obstacle);
    state.met.add(obstacle);
    const nowMs = this.#clock.now();
    if (isKnown || (!state.isTold && nowMs - state.toldAtMs < SILENT_MS)) return;
    state.isTold = true;
    state.toldAtMs = nowMs;
    this.#log.warn(
      { host, through: wayOf(proxy), reason: obstacles[obstacle], code, hint: hints[obstacle] },
      'A host cannot be reached',
    );
  }

  reached(host: string, proxy: string | null): void {
    const state = this.#hosts.get(host);
    if (state === undefined || state.met.size === 0) return;
    state.met.clear();
    if (!state.isTold) return;
    state.isTold = false;
    this.#log.info({ host, through: wayOf(proxy) }, 'A host can be reached again');
  }

  /** Latest reason why a host cannot be reached, in words that everybody may read; null while it can. */
  problemOf(host: string): string | null {
    const obstacle = [...(this.#hosts.get(host)?.met ?? [])].at(-1);
    return obstacle === undefined ? null : `cannot be reached: ${obstacles[obstacle]}`;
  }
}

function wayOf(proxy: string | null): string {
  return proxy === null ? 'directly' : `proxy ${proxy}`;
}

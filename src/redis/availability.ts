import type { Logger } from 'pino';
import { codeOf, type RedisProblem } from './failure.ts';
import type { RedisObserver } from './observer.ts';

/** Whether Redis is used and why not, as `/ready`, the log and the metrics have it. */
export class Availability {
  readonly #log: Logger;
  readonly #observer: RedisObserver;
  readonly #onUp: (() => void)[] = [];
  #problem: RedisProblem | null = 'connecting';
  /** Last text in the log about what Redis lacks. */
  #lacking = '';

  constructor(log: Logger, observer: RedisObserver) {
    this.#log = log;
    this.#observer = observer;
    observer.turned(false);
  }

  /** Reason why Redis is not used; null while it is used. */
  get problem(): RedisProblem | null {
    return this.#problem;
  }

  /** Registers a listener that runs each time Redis becomes available. */
  onUp(listener: () => void): void {
    this.#onUp.push(listener);
  }

  /** Redis failed. The first failure says more than those of later attempts. */
  failed(problem: RedisProblem, error: unknown): void {
    const before = this.#problem;
    if (before === null || before === 'connecting' || before === 'slow') this.#leave(problem, codeOf(error));
  }

  /** Redis answers, but late. */
  isSlow(): void {
    this.#leave('slow');
  }

  /** Redis lacks something that only an operator can give; the log says so once. */
  isUnusable(lacking: readonly string[]): void {
    const text = lacking.join(' ');
    if (text !== this.#lacking)
      this.#log.warn({ redis: 'unusable', lacking }, 'Redis cannot be used as it is');
    this.#lacking = text;
    this.#leave('unusable');
  }

  takeBack(): void {
    if (this.#problem === null) return;
    this.#problem = null;
    this.#lacking = '';
    this.#observer.turned(true);
    this.#log.info('Redis is used');
    for (const listener of this.#onUp) listener();
  }

  #leave(problem: RedisProblem, code?: string): void {
    const before = this.#problem;
    this.#problem = problem;
    if (before === null) this.#observer.turnedAway(problem);
    if (before !== null && before !== 'connecting') return;
    this.#observer.turned(false);
    this.#log.warn(
      { redis: problem, code },
      'Redis is not used: this process has a cache of its own and its part of the quota',
    );
  }
}

import { pick, type Random } from '../../src/sandbox/random.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { stampOf } from './stamps.ts';

/** Number of identities at a time. */
const PRESENT = 40;

/** The identities that send requests. Some lose their token, and newcomers replace them. */
export class Callers {
  /** Tokens of all present and future identities, for the sandbox to accept. */
  readonly tokens: readonly string[];
  readonly #stamps: ReadonlySet<string>;
  readonly #random: Random;
  readonly #present: string[];
  readonly #newcomers: string[];
  #dead: number[] = [];

  /** `newcomers` is the number of identities that can replace others. */
  constructor(random: Random, newcomers: number) {
    this.tokens = Array.from({ length: PRESENT + newcomers }, (_, n) => `soak-token-${n}`);
    this.#stamps = new Set(this.tokens.map(stampOf));
    this.#random = random;
    this.#present = this.tokens.slice(0, PRESENT);
    this.#newcomers = this.tokens.slice(PRESENT);
  }

  get present(): number {
    return this.#present.length;
  }

  /** Number of identities that have replaced others so far. */
  get come(): number {
    return this.tokens.length - PRESENT - this.#newcomers.length;
  }

  pick(): string {
    return pick(this.#random, this.#present);
  }

  /** True when the stamp belongs to one of the tokens, not to a login of the gateway. */
  areGiven(stamp: string): boolean {
    return this.#stamps.has(stamp);
  }

  /**
   * Revokes one token and lets another expire. Both identities keep sending requests until the next turnover, then newcomers
   * replace them. With fewer than two newcomers left, no token is lost any more.
   */
  turnOver({ revoke, expire }: Pick<Sandbox, 'revoke' | 'expire'>): void {
    for (const place of this.#dead) this.#present[place] = this.#newcomers.shift() ?? '';
    this.#dead = [];
    if (this.#newcomers.length < 2) return;
    const place = Math.floor(this.#random() * PRESENT);
    const next = (place + 1) % PRESENT;
    revoke(this.#present[place] ?? '');
    expire(this.#present[next] ?? '');
    this.#dead = [place, next];
  }
}

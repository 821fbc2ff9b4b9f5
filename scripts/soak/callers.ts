import { pick, type Random } from '../../src/sandbox/random.ts';
import type { Sandbox } from '../../src/sandbox/start-sandbox.ts';
import { stampOf } from './stamps.ts';

/** How many ask at the same time. */
const PRESENT = 40;

/** The identities that ask: so many at a time, of whom some lose their token and others come in their place. */
export class Callers {
  /** All that will ever come, for the sandbox to accept. */
  readonly tokens: readonly string[];
  readonly #stamps: ReadonlySet<string>;
  readonly #random: Random;
  readonly #present: string[];
  readonly #newcomers: string[];
  #dead: number[] = [];

  /** `newcomers` is how many can come in the place of others. */
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

  /** How many have come in the place of others so far. */
  get come(): number {
    return this.tokens.length - PRESENT - this.#newcomers.length;
  }

  pick(): string {
    return pick(this.#random, this.#present);
  }

  /** Whether what has this stamp was given to one of them, rather than to a login of the gateway's own. */
  areGiven(stamp: string): boolean {
    return this.#stamps.has(stamp);
  }

  /**
   * Revokes one token and lets another expire. Who has lost theirs goes on asking until the next time; then somebody new
   * comes instead, and nobody loses theirs any more when there is nobody left to come.
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

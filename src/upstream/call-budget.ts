/** What may be spent on calls: one request's, or that of all who wait for the same call. */
export type Budget = Pick<CallBudget, 'left' | 'spend' | 'take'>;

/** How many upstream calls one request may make. Retries and splits come out of what the calls themselves leave. */
export class CallBudget {
  #left: number;

  constructor(maxCalls: number) {
    this.#left = maxCalls;
  }

  /** How many more it may make. Below zero where the calls themselves took more. */
  get left(): number {
    return this.#left;
  }

  /** Notes a call that is made in any case. */
  spend(): void {
    this.#left -= 1;
  }

  /** The same for one that is made only if something is left for it; false when nothing is. */
  take(): boolean {
    if (this.#left <= 0) return false;
    this.#left -= 1;
    return true;
  }
}

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

  /** Notes a call that is made. */
  spend(): void {
    this.#left -= 1;
  }
}

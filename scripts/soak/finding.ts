/** Characters of a sample: enough to find the cause. */
const LONGEST = 400;
const MOST_SAMPLES = 3;

/** Something that should not happen: its count and the first few samples. */
export class Finding {
  count = 0;
  readonly samples: string[] = [];

  /** Adds a sample, without tokens of the soak. */
  add(seen: string): void {
    this.count += 1;
    if (this.samples.length >= MOST_SAMPLES) return;
    const shown = seen.replaceAll(/soak-token-[\w-]+/g, '(token)');
    this.samples.push(shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown);
  }
}

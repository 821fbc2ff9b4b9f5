/** So much of what was seen says where to look. */
const LONGEST = 400;
const MOST_SAMPLES = 3;

/** Something that should not come about: how often it did, and the first few times. */
export class Finding {
  count = 0;
  readonly samples: string[] = [];

  /** Tokens of the soak are left out of what is shown. */
  add(seen: string): void {
    this.count += 1;
    if (this.samples.length >= MOST_SAMPLES) return;
    const shown = seen.replaceAll(/soak-token-[\w-]+/g, '(token)');
    this.samples.push(shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown);
  }
}

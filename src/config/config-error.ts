/** Settings or options that are wrong: all problems at once. */
export class ConfigError extends Error {
  override readonly name: string = 'ConfigError';
  /** Each problem as a sentence that names the setting. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

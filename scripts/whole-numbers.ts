export type Environment = Readonly<Record<string, string | undefined>>;

/** Returns a reader of whole-number settings. An invalid value adds a problem and is read as the fallback. */
export function wholeNumbersOf(env: Environment, problems: string[]) {
  return (name: string, fallback: number, least: number, most: number): number => {
    const text = env[name]?.trim() ?? '';
    if (text === '') return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    problems.push(`${name} must be a whole number from ${least} to ${most}; it is ${JSON.stringify(text)}.`);
    return fallback;
  };
}

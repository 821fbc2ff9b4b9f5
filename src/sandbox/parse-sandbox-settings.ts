import type { Fault } from './fault.ts';
import { parseFaults } from './parse-faults.ts';
import { isProfileName, PROFILE_NAMES, type ProfileName } from './profile-names.ts';

export interface SandboxSettings {
  readonly port: number;
  readonly seed: number;
  readonly latencyMs: number;
  readonly callsPerMinute: number;
  readonly faults: readonly Fault[];
  readonly profile: ProfileName | null;
}

/** Reads the settings of the stand-alone sandbox. All problems are reported at once; `settings` is then null. */
export function parseSandboxSettings(
  env: Readonly<Record<string, string | undefined>>,
): { settings: SandboxSettings; problems: [] } | { settings: null; problems: string[] } {
  const problems: string[] = [];
  const integer = (name: string, fallback: number, least: number, most: number) => {
    const text = env[name]?.trim() ?? '';
    if (text === '') return fallback;
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    problems.push(`${name} must be a whole number from ${least} to ${most}, but is "${text}"`);
    return fallback;
  };
  const port = integer('SANDBOX_PORT', 4100, 0, 65_535);
  const seed = integer('SANDBOX_SEED', 1, 0, 2 ** 32 - 1);
  const latencyMs = integer('SANDBOX_LATENCY_MS', 0, 0, 600_000);
  const callsPerMinute = integer('SANDBOX_RATE_LIMIT', 300, 0, 1_000_000);
  const parsed = parseFaults(env['SANDBOX_FAULTS']?.trim() || '[]');
  problems.push(...parsed.problems.map((problem) => `SANDBOX_FAULTS: ${problem}`));
  const name = env['SANDBOX_PROFILE']?.trim() ?? '';
  const profile = isProfileName(name) ? name : null;
  if (profile === null && name !== '') {
    problems.push(`SANDBOX_PROFILE must be one of ${PROFILE_NAMES.join(', ')}, but is "${name}"`);
  }
  if (problems.length > 0) return { settings: null, problems };
  return {
    settings: { port, seed, latencyMs, callsPerMinute, faults: parsed.faults, profile },
    problems: [],
  };
}

import { configOf, isProduction } from './config.ts';
import { ConfigError } from './config-error.ts';
import { readConfigFile } from './config-file.ts';
import { givenByEnvironment } from './environment.ts';
import { type GivenBySetting, type GivenSettings, givenSettings } from './given.ts';
import type { Environment } from './settings.ts';
import type { Config } from './slices.ts';
import { warningsOf } from './warnings.ts';

/** Where a command takes its settings from. */
export interface ConfigSources {
  readonly env: Environment;
  /** Path of a file of settings; null without one. */
  readonly file: string | null;
}

/** Settings as they were read, right or wrong. */
export interface ReadConfig {
  readonly given: GivenSettings;
  /** Null where there are problems. */
  readonly config: Config | null;
  readonly problems: readonly string[];
  /** What works and is probably not meant, as sentences. */
  readonly warnings: readonly string[];
}

/** Reads settings for a command, without throwing for what is wrong with them. */
export async function examineConfig({ env, file }: ConfigSources): Promise<ReadConfig> {
  const problems: string[] = [];
  const ofEnvironment = givenByEnvironment(env, problems);
  const ofFile: GivenBySetting = file === null ? new Map() : await readConfigFile(file, problems);
  const given = givenSettings(ofEnvironment, ofFile, (name) => name);
  const config = configOf(given, { ofProcess: { isProduction: isProduction(env) } }, problems);
  if (problems.length > 0) return { given, config: null, problems, warnings: [] };
  return { given, config, problems, warnings: warningsOf(config, given, env) };
}

/**
 * Configuration for a command, with its warnings.
 *
 * @throws ConfigError with every problem at once.
 */
export async function readConfig(
  sources: ConfigSources,
): Promise<{ readonly config: Config; readonly warnings: readonly string[] }> {
  const { config, problems, warnings } = await examineConfig(sources);
  if (config === null) throw new ConfigError(problems);
  return { config, warnings };
}

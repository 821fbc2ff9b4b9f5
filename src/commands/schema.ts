import { ConfigError } from '../config/config-error.ts';
import { type ConfigSources, readConfig } from '../config/read-config.ts';
import { servedSdl } from '../federation/served-sdl.ts';

/** Prints the schema that is served with these settings. */
export async function schema(sources: ConfigSources): Promise<void> {
  try {
    const { config } = await readConfig(sources);
    process.stdout.write(await servedSdl(config.federation));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(
      `The settings are wrong:\n${error.problems.map((problem) => `  - ${problem}\n`).join('')}`,
    );
    process.exitCode = 1;
  }
}

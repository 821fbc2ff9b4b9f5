import { parseConfig } from '../config/config.ts';
import { servedSdl } from '../federation/served-sdl.ts';

/** Prints the schema that is served with the settings of the environment. */
export async function schema(): Promise<void> {
  process.stdout.write(await servedSdl(parseConfig(process.env).federation));
}

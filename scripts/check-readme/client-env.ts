import { delimiter } from 'node:path';

/** Variables of `npm run` that describe the user's npm, not the project. */
const kept = /^npm_config_(cache|globalconfig|registry|userconfig)$/;
const ours = /^(npm_.*|INIT_CWD|NODE)$/;

/**
 * The environment of a terminal: without the tools that `npm run` puts in front of the path, Node included, without its
 * variables about this project, and without the settings of these names.
 */
export function clientEnv(env: NodeJS.ProcessEnv, settings: readonly string[] = []): NodeJS.ProcessEnv {
  const path = env['PATH'] ?? '';
  const isOurs = (name: string) => settings.includes(name) || (ours.test(name) && !kept.test(name));
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !isOurs(name))),
    PATH: path
      .split(delimiter)
      .filter((folder) => !/[\\/](node_modules[\\/]\.bin|node-gyp-bin)[\\/]?$/.test(folder))
      .join(delimiter),
  };
}

import { delimiter } from 'node:path';

/** What `npm run` tells of the user's own npm, and not of the project that it runs in. */
const kept = /^npm_config_(cache|globalconfig|registry|userconfig)$/;
const ours = /^(npm_.*|INIT_CWD|NODE)$/;

/**
 * The environment of somebody in a terminal: without the tools that `npm run` puts in front of the path, Node itself among
 * them, without what it tells of this project, and without the settings of these names.
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

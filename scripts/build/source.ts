import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Plugin } from 'rolldown';

export function pathOf(url: URL): string {
  return fileURLToPath(url);
}

/** Path of a file in src/. */
export function sourceFile(path: string): string {
  return pathOf(new URL(`../../src/${path}`, import.meta.url));
}

/** Lets GraphiQL's parts be read from dist/ instead of being made of its package, which the built package does not need. */
export function builtGraphiql(): Plugin {
  const made = sourceFile('http/graphiql-parts.ts');
  const built = sourceFile('http/built-graphiql-parts.ts');
  return {
    name: 'built-graphiql',
    async resolveId(source, importer) {
      if (!source.endsWith('/graphiql-parts.ts') || importer === built) return undefined;
      const resolved = await this.resolve(source, importer, { skipSelf: true });
      return resolved?.id === made ? built : undefined;
    },
  };
}

/** Modules whose exports are texts of files in the checkout. */
const texts: ReadonlySet<string> = new Set(
  ['lib/package-texts.ts', 'federation/client-sdl.ts'].map(sourceFile),
);

/** Gives the built code those texts as literals: it reads none of the files, so that apps can bundle it. */
export function literals(): Plugin {
  return {
    name: 'literals',
    async load(id) {
      if (!texts.has(id)) return undefined;
      const made: Readonly<Record<string, unknown>> = await import(pathToFileURL(id).href);
      const code = Object.entries(made).map(
        ([name, value]) => `export const ${name} = ${JSON.stringify(value)};`,
      );
      return { code: code.join('\n'), moduleType: 'js' };
    },
  };
}

/** Files of undici with the exports that the gateway uses, by name. */
const undiciFiles: Readonly<Record<string, string>> = {
  Agent: 'lib/dispatcher/agent.js',
  buildConnector: 'lib/core/connect.js',
  errors: 'lib/core/errors.js',
  Pool: 'lib/dispatcher/pool.js',
};

/**
 * Builds in the used files of undici instead of all of it. Its main file sets the global dispatcher as it is loaded: in an app, all calls
 * of `fetch` would take the way of this undici, also where the app has set another.
 */
export function usedUndici(): Plugin {
  const name = '\0used-undici';
  return {
    name: 'used-undici',
    resolveId: (source) => (source === 'undici' ? name : undefined),
    load(id) {
      if (id !== name) return undefined;
      // A missing export ends the build.
      const lines = Object.entries(undiciFiles).map(
        ([exported, file]) => `export { default as ${exported} } from 'undici/${file}';`,
      );
      return { code: lines.join('\n'), moduleType: 'js' };
    },
  };
}

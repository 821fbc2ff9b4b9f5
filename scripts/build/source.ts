import { fileURLToPath } from 'node:url';
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

import { type OutputChunk, rolldown } from 'rolldown';
import { esmExternalRequirePlugin } from 'rolldown/plugins';
import { builtGraphiql, literals, pathOf, sourceFile, usedUndici } from './source.ts';

/** The peer dependency, of which an app and the gateway share one copy. */
const GRAPHQL = /^graphql(\/|$)/;

/**
 * Builds the library and the command in one: a few files load faster than a thousand, and nothing has to be installed with them. What
 * the sources load on demand has files of its own.
 *
 * @returns Paths of all modules that are in the files.
 */
export async function buildCode(dist: URL): Promise<readonly string[]> {
  const bundle = await rolldown({
    input: {
      index: sourceFile('index.ts'),
      sandbox: sourceFile('sandbox/index.ts'),
      main: sourceFile('main.ts'),
    },
    platform: 'node',
    plugins: [
      // Bundlers of apps follow an import, and not what stands in for `require` in an ES module.
      esmExternalRequirePlugin({ external: [GRAPHQL] }),
      builtGraphiql(),
      usedUndici(),
      literals(),
    ],
  });
  const { output } = await bundle.write({
    dir: pathOf(dist),
    format: 'esm',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // Names stay, for the stacks in logs. Lines stay as well, since Node prints the line of an uncaught error.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
    comments: false,
  });
  await bundle.close();
  return output
    .filter((file): file is OutputChunk => file.type === 'chunk')
    .flatMap(({ moduleIds }) => moduleIds);
}

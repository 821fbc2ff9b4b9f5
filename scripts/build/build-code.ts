import { type OutputChunk, rolldown } from 'rolldown';
import { builtGraphiql, pathOf, sourceFile } from './source.ts';

/** The peer dependency, of which an app and the gateway share one copy. */
const isGraphql = (id: string) => id === 'graphql' || id.startsWith('graphql/');

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
    external: isGraphql,
    plugins: [builtGraphiql()],
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

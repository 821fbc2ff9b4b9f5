import { type OutputChunk, rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { builtGraphiql, pathOf, sourceFile } from './source.ts';

const library = { index: sourceFile('index.ts'), sandbox: sourceFile('sandbox/index.ts') };

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
    input: { ...library, main: sourceFile('main.ts') },
    platform: 'node',
    external: isGraphql,
    plugins: [builtGraphiql()],
  });
  const { output } = await bundle.write({
    dir: pathOf(dist),
    format: 'esm',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // Names stay, for the stacks in logs. Comments and blanks are a third of the code.
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    comments: false,
  });
  await bundle.close();
  return output
    .filter((file): file is OutputChunk => file.type === 'chunk')
    .flatMap(({ moduleIds }) => moduleIds);
}

/** Writes the types of the library, without those of the packages that are built into it. */
export async function buildTypes(dist: URL): Promise<void> {
  const bundle = await rolldown({
    input: library,
    platform: 'node',
    // All packages: what the public types do not need of them is dropped.
    external: (id) => !/^[./]/.test(id),
    plugins: [dts({ generator: 'oxc', dtsOnly: true })],
  });
  await bundle.write({ dir: pathOf(dist), format: 'esm', chunkFileNames: 'chunks/[name]-[hash].d.ts' });
  await bundle.close();
}

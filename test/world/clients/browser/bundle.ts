import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transformAsync } from '@babel/core';
import relayPlugin from 'babel-plugin-relay';
import * as esbuild from 'esbuild';

const here = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Puts the modules that Relay's compiler has made in the place of `graphql` tags, as apps do. */
const relayTags: esbuild.Plugin = {
  name: 'relay-tags',
  setup(build) {
    build.onLoad({ filter: /\/from-docs\/src\/Relay\w+\.tsx$/ }, async ({ path }) => {
      const result = await transformAsync(await readFile(path, 'utf8'), {
        filename: path,
        configFile: false,
        babelrc: false,
        parserOpts: { plugins: ['typescript', 'jsx'] },
        plugins: [[relayPlugin, { eagerEsModules: true }]],
      });
      return { contents: result?.code ?? '', loader: 'tsx' };
    });
  },
};

/** Script of the page, with all clients in it. */
export async function bundlePage(): Promise<string> {
  const { outputFiles } = await esbuild.build({
    entryPoints: [here('page.tsx')],
    bundle: true,
    write: false,
    format: 'iife',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"development"', global: 'globalThis' },
    plugins: [relayTags],
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

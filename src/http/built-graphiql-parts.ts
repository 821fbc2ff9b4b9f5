import { readFileSync } from 'node:fs';
import { assetHeaders, StaticFile } from './static-file.ts';
import type { GraphiqlParts } from './graphiql-template.ts';

/** What the build writes of GraphiQL beside its files. */
export interface BuiltGraphiql extends Pick<GraphiqlParts, 'html' | 'script'> {
  /** Content types of the files, by name. Each file is in Brotli, with `.br` at the end of its name. */
  readonly contentTypes: Readonly<Record<string, string>>;
}

/** `graphiqlParts` of the built package, which has the parts ready: the build puts this file in the place of the other. */
export async function graphiqlParts(): Promise<GraphiqlParts> {
  // Seen from dist/chunks/, where this module is once it is built.
  const folder = new URL('../graphiql/', import.meta.url);
  const { html, script, contentTypes }: BuiltGraphiql = JSON.parse(
    readFileSync(new URL('graphiql.json', folder), 'utf8'),
  );
  const files = new Map(
    Object.entries(contentTypes).map(([name, contentType]) => [
      name,
      new StaticFile({
        brotli: readFileSync(new URL(`${name}.br`, folder)),
        headers: assetHeaders(contentType),
      }),
    ]),
  );
  return { html, script, files };
}

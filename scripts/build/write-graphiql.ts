import { mkdirSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import type { BuiltGraphiql } from '../../src/http/built-graphiql-parts.ts';
import { takeApart } from '../../src/http/graphiql-parts.ts';

/** Writes GraphiQL's parts, as `built-graphiql-parts.ts` reads them. */
export async function writeGraphiql(folder: URL): Promise<void> {
  const { html, script, files } = await takeApart();
  mkdirSync(folder, { recursive: true });
  for (const { name, bytes } of files) {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    };
    writeFileSync(new URL(`${name}.br`, folder), brotliCompressSync(bytes, { params }));
  }
  const contentTypes = Object.fromEntries(files.map(({ name, contentType }) => [name, contentType]));
  const built: BuiltGraphiql = { html, script, contentTypes };
  writeFileSync(new URL('graphiql.json', folder), JSON.stringify(built));
}

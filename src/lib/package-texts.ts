import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const { version: text }: { version: string } = JSON.parse(
  readFileSync(new URL('package.json', root), 'utf8'),
);

/** Version of the package. */
export const version: string = text;

/** SDL files of `schema/`, one per domain type, in an order that is the same wherever the package is built. */
export const typeDefs: readonly string[] = readdirSync(new URL('schema/', root))
  .filter((file) => file.endsWith('.graphql'))
  .toSorted()
  .map((file) => readFileSync(new URL(`schema/${file}`, root), 'utf8'));

import { readFileSync } from 'node:fs';

/** The generated file `schema.graphql`, which has all descriptions and directives. */
export const clientSdl: string = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

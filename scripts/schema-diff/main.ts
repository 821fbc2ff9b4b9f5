/**
 * Prints the changes between the schema that clients were last promised and the current one, and fails when a change breaks
 * clients. See USAGE.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { changesBetween } from './changes-between.ts';
import { fileAt, isShallow, lastTag } from './last-tag.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FILE = 'schema.graphql';
const USAGE = `npm run schema:diff [-- <file>]
  <file>  the schema to compare with; without it, ${FILE} as of the last tag`;

try {
  process.exitCode = await schemaDiff();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(`\n${USAGE}`);
  process.exitCode = 1;
}

/** Prints the changes, breaking ones last. Returns 1 when there are breaking changes, otherwise 0. */
async function schemaDiff(): Promise<0 | 1> {
  const { positionals } = parseArgs({ allowPositionals: true });
  if (positionals.length > 1) throw new Error(`One file at most, not ${positionals.length}.`);
  const before = beforeOf(positionals[0]);
  if (before === null) {
    console.log('There is no tag in this clone: clients have been promised nothing yet.');
    if (isShallow(ROOT)) console.warn('It is shallow, though: git fetch --unshallow --tags, and try again.');
    return 0;
  }
  const now = schemaFrom(FILE, readFileSync(new URL(`../../${FILE}`, import.meta.url), 'utf8'));
  const { safe, dangerous, breaking } = await changesBetween(schemaFrom(before.name, before.text), now);
  console.log(`${FILE} compared with ${before.name}:`);
  print('Additions and other safe changes', safe);
  print('Changes that may surprise clients', dangerous);
  print('Changes that BREAK clients', breaking);
  return breaking.length === 0 ? 0 : 1;
}

function beforeOf(file: string | undefined): { name: string; text: string } | null {
  if (file !== undefined) {
    // npm runs scripts in the package's folder; INIT_CWD is the user's.
    const path = resolve(process.env['INIT_CWD'] ?? '', file);
    return { name: file, text: readFileSync(path, 'utf8') };
  }
  const tag = lastTag(ROOT);
  return tag === null ? null : { name: `that of ${tag}`, text: fileAt(ROOT, tag, FILE) };
}

function schemaFrom(name: string, text: string): GraphQLSchema {
  try {
    return buildSchema(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${name} is no schema: ${reason}`, { cause: error });
  }
}

function print(title: string, lines: readonly string[]): void {
  console.log(`${title}: ${lines.length}`);
  for (const line of lines) console.log(`  ${line}`);
}

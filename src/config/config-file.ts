import { firstBytesOf } from '../lib/first-bytes.ts';
import type { GivenBySetting } from './given.ts';
import { givenByOptions } from './options.ts';

const MAX_BYTES = 1024 * 1024;
/** Most aliases that are resolved: a small file could stand for a very large one. */
const MAX_ALIASES = 100;

/** Errors of YAML whose messages quote nothing of the file, which may be a secret. */
const quotesNothing: ReadonlySet<string> = new Set([
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'DUPLICATE_KEY',
  'KEY_OVER_1024_CHARS',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'TAB_AS_INDENT',
]);
const oneDocument = 'a file of settings has one document';
const misread = 'what stands here is not valid YAML; texts with special characters need quotes';

/** Settings of a file in YAML or JSON. Whatever is wrong with it is added to `problems`. */
export async function readConfigFile(path: string, problems: string[]): Promise<GivenBySetting> {
  const text = textOf(path, problems);
  if (text === null) return new Map();
  // Few gateways have a file, and the library takes time to load.
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    const told =
      code === 'MULTIPLE_DOCS'
        ? oneDocument
        : quotesNothing.has(code)
          ? message.replace(/\.+$/, '')
          : `${misread} (${code})`;
    problems.push(`${path}, line ${lineAt(pos[0])}: ${told}.`);
  }
  if (document.errors.length > 0) return new Map();
  let tree: unknown;
  try {
    tree = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    // The other message has the text that was taken for an alias.
    const isExcessive = error instanceof Error && error.message.startsWith('Excessive alias count');
    const why = isExcessive ? error.message : 'an alias names nothing; texts that begin with * need quotes';
    problems.push(`${path} cannot be read: ${why}.`);
    return new Map();
  }
  const lineOf = (option: readonly string[]): number | null => {
    const node: unknown = document.getIn(option, true);
    const range: unknown = typeof node === 'object' && node !== null && 'range' in node ? node.range : null;
    const start: unknown = Array.isArray(range) ? range[0] : null;
    return typeof start === 'number' ? lineAt(start) : null;
  };
  return givenByOptions(tree, { file: path, lineOf }, problems);
}

function textOf(path: string, problems: string[]): string | null {
  try {
    const bytes = firstBytesOf(path, MAX_BYTES + 1);
    if (bytes.length <= MAX_BYTES) return bytes.toString('utf8');
    problems.push(`${path} has more than ${MAX_BYTES} bytes, which no file of settings needs.`);
  } catch (error) {
    problems.push(
      `--config names ${path}, which cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  return null;
}

import { readFileSync } from 'node:fs';
import type { GivenBySetting } from './given.ts';
import { givenByOptions } from './options.ts';

const MAX_BYTES = 1024 * 1024;
/** Most aliases that are resolved: a small file could stand for a very large one. */
const MAX_ALIASES = 100;

/** Settings of a file in YAML or JSON. Whatever is wrong with it is added to `problems`. */
export async function readConfigFile(path: string, problems: string[]): Promise<GivenBySetting> {
  const text = textOf(path, problems);
  if (text === null) return new Map();
  // Few gateways have a file, and the library takes time to load.
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  for (const { code, message: its, pos } of [...document.errors, ...document.warnings]) {
    const message = code === 'MULTIPLE_DOCS' ? 'A file of settings has one document' : its;
    problems.push(`${path}, line ${lineAt(pos[0])}: ${message}.`.replace(/\.+$/, '.'));
  }
  if (document.errors.length > 0) return new Map();
  let tree: unknown;
  try {
    tree = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    problems.push(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
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
    const bytes = readFileSync(path);
    if (bytes.length <= MAX_BYTES) return bytes.toString('utf8');
    problems.push(`${path} has more than ${MAX_BYTES} bytes, which no file of settings needs.`);
  } catch (error) {
    problems.push(
      `--config names ${path}, which cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  return null;
}

import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Text of a file, by its path from the root of the repository. */
export function textOf(path: string): string {
  return readFileSync(`${root}${path}`, 'utf8');
}

/** A fenced block of a page. */
export interface Block {
  /** Word after the fence; empty without one. */
  readonly language: string;
  /** File of the repository that the block shows, or of the reader; empty without one. */
  readonly file: string;
  readonly text: string;
}

/** Heading of a page, with the anchor that GitHub gives it. */
export interface Heading {
  readonly level: number;
  readonly title: string;
  readonly anchor: string;
}

/** Paths of all pages of the documentation, from the root of the repository. Records of decisions have tests of their own. */
export const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync('docs/*.md', { cwd: root }).toSorted(),
] as const;

/** Page of the documentation, by its path from the root of the repository. */
export class Page {
  readonly text: string;
  readonly blocks: readonly Block[];
  /** Text without its fenced blocks. */
  readonly prose: string;

  constructor(path: string) {
    this.text = textOf(path);
    const fence = /^( *)```(\S*) ?(.*)\n([^]*?)^\1```$/gm;
    this.blocks = [...this.text.matchAll(fence)].map(
      ([, indent = '', language = '', file = '', text = '']) => ({
        language,
        file,
        text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      }),
    );
    this.prose = this.text.replaceAll(fence, '');
  }

  /** First block in a language that has this text. Throws when there is none. */
  block(language: string, containing = ''): string {
    const found = this.blocks.find((block) => block.language === language && block.text.includes(containing));
    if (found === undefined) throw new Error(`The page has no block of ${language} with "${containing}".`);
    return found.text;
  }

  /** Rows of the table with this header, as trimmed cells. Throws when there is none. */
  table(...header: string[]): string[][] {
    const lines = this.prose.split('\n').map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    const start = lines.findIndex((cells) => cells.join() === header.join());
    if (start < 0) throw new Error(`The page has no table of ${header.join(', ')}.`);
    const rows = lines.slice(start + 2);
    const end = rows.findIndex((cells) => cells.length === 0);
    return end < 0 ? rows : rows.slice(0, end);
  }

  get headings(): Heading[] {
    return [...this.prose.matchAll(/^(#+) (.*)$/gm)].map(([, marks = '', title = '']) => ({
      level: marks.length,
      title,
      anchor: title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    }));
  }

  /** Targets of the links and pictures that lead to no other host. */
  get links(): { readonly path: string; readonly anchor: string }[] {
    return [...this.prose.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(
      ([, path = '', anchor = '']) => ({ path, anchor }),
    );
  }
}

/** Requests that the curl commands of a block send. */
export function curlRequests(block: string): Request[] {
  const commands = block.replaceAll('\\\n', ' ').split('\n');
  return commands
    .filter((command) => command.startsWith('curl '))
    .map((command) => {
      const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
        ([, single, double, bare]) => single ?? double ?? bare ?? '',
      );
      const headers = new Headers();
      let [url, body]: [string | undefined, string | undefined] = [undefined, undefined];
      for (let at = 1; at < words.length; at++) {
        const word = words[at] ?? '';
        if (word === '-H') {
          const [, name = '', value = ''] = /^([^:]+): *(.*)$/.exec(words[++at] ?? '') ?? [];
          headers.set(name, value);
        } else if (word === '-d') body = words[++at] ?? '';
        else if (word.startsWith('-')) throw new Error(`Nobody here knows what curl does with ${word}.`);
        else url = word;
      }
      return new Request(url ?? '', { headers, ...(body !== undefined && { method: 'POST', body }) });
    });
}

/** Settings of the environment in which the commands of a block start the gateway; null where none of them starts it. */
export function startSettings(block: string): Record<string, string> | null {
  if (!/\bnpm start\s*$/m.test(block)) return null;
  return Object.fromEntries(
    [...block.matchAll(/(?<=^|\s)([A-Z][A-Z_\d]+)=("\$\(.*?\)"|\S+)/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
}

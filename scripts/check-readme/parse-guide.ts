/** Tools of docs/codegen.md, one part each. */
export const TOOLS = ["Codegen's client preset", 'gql.tada', 'Relay'] as const;

/** A step of the guide: writes a file, or runs shell commands. */
export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'commands'; readonly text: string };

/** One tool's part of the guide. */
export interface Part {
  readonly title: string;
  readonly steps: readonly Step[];
}

/** Line in the guide's sources above code that must not compile. */
export const EXPECTED_ERROR = /^ *\/\/ @ts-expect-error.*\n/gm;

interface Heading {
  readonly kind: 'heading';
  readonly level: number;
  readonly title: string;
}

interface Block {
  readonly kind: 'block';
  readonly language: string;
  readonly text: string;
  /** Last line of text before the block. */
  readonly above: string;
}

/**
 * Parts of the guide's page, one for each heading below its title. Throws a TypeError for anything that would leave some of the
 * guide unchecked: other parts than these, a part that does not write a file, run a command, expect a type error and end with a
 * type check, or a block of unclear purpose.
 */
export function parseGuide(page: string, titles: readonly string[]): Part[] {
  const pieces = piecesOf(page);
  const found = pieces.filter((piece) => piece.kind === 'heading').filter(({ level }) => level > 1);
  if (found.map(({ title }) => title).join('\n') !== titles.join('\n')) {
    const names = found.map(({ title }) => title).join(', ') || 'none';
    throw new TypeError(`The guide has the parts ${names}; expected are ${titles.join(', ')}.`);
  }
  return titles.map((title) => {
    const steps = stepsOf(within(pieces, title));
    const fault = faultOf(steps);
    if (fault !== null) throw new TypeError(`"${title}" ${fault}.`);
    return { title, steps };
  });
}

/** Steps of a Markdown text, in its order. A block without a language shows output, and is no step. */
export function parseSteps(markdown: string): Step[] {
  return stepsOf(piecesOf(markdown));
}

/** Last command of the last block of commands. */
export function lastCommand(steps: readonly Step[]): string {
  const commands = steps.findLast(({ kind }) => kind === 'commands')?.text ?? '';
  return commands.replaceAll('\\\n', ' ').trimEnd().split('\n').at(-1) ?? '';
}

function faultOf(steps: readonly Step[]): string | null {
  const files = steps.filter(({ kind }) => kind === 'file');
  if (files.length === 0) return 'writes no file';
  if (files.length === steps.length) return 'runs no command';
  if (steps.at(-1)?.kind !== 'commands' || !/\btsc\b/.test(lastCommand(steps))) {
    return 'does not end with a check of the types';
  }
  return files.some(({ text }) => text.search(EXPECTED_ERROR) >= 0)
    ? null
    : 'shows nothing that the types catch';
}

function stepsOf(pieces: readonly (Heading | Block)[]): Step[] {
  return pieces
    .filter((piece) => piece.kind === 'block')
    .filter(({ language }) => language !== '')
    .map(({ language, text, above }) => {
      if (language === 'sh') return { kind: 'commands', text };
      const [, path] = /^`([^`]+)`:$/.exec(above) ?? [];
      if (path === undefined) throw new TypeError(`Which file is this? No line above it tells:\n${text}`);
      if (path.startsWith('/') || path.split('/').includes('..')) {
        throw new TypeError(`${path} is not in the reader's folder.`);
      }
      return { kind: 'file', path, text };
    });
}

/** Pieces below the heading of this title, up to the next heading. */
function within(pieces: readonly (Heading | Block)[], title: string): (Heading | Block)[] {
  const start = pieces.findIndex((piece) => piece.kind === 'heading' && piece.title === title);
  const rest = pieces.slice(start + 1);
  const end = rest.findIndex((piece) => piece.kind === 'heading');
  return end < 0 ? rest : rest.slice(0, end);
}

/** Headings and fenced blocks of a Markdown text. Heading syntax within a block is no heading. */
function piecesOf(markdown: string): (Heading | Block)[] {
  const pieces: (Heading | Block)[] = [];
  let above = '';
  let open: { language: string; lines: string[] } | null = null;
  for (const line of markdown.split('\n')) {
    const [, fence] = /^```(.*)$/.exec(line) ?? [];
    const [, hashes = '', title = ''] = /^(#+) (.*)$/.exec(line) ?? [];
    if (open !== null && fence === '') {
      const text = open.lines.map((each) => `${each}\n`).join('');
      pieces.push({ kind: 'block', language: open.language, text, above });
      open = null;
      above = '';
    } else if (open !== null) {
      open.lines.push(line);
    } else if (fence !== undefined) {
      open = { language: fence, lines: [] };
    } else if (hashes !== '') {
      pieces.push({ kind: 'heading', level: hashes.length, title });
      above = '';
    } else if (line !== '') {
      above = line;
    }
  }
  if (open !== null) throw new TypeError(`A block of ${open.language} is never closed.`);
  return pieces;
}

import { parseSync } from 'oxc-parser';

/** A comment without its marks. */
export interface Comment {
  readonly text: string;
  /** Counted from 1. */
  readonly line: number;
}

/** Directives to tools are no prose. */
const DIRECTIVE = /^(oxlint-|eslint-|@ts-|prettier-ignore|#region|#endregion)/;

const QUESTION_WORDS = 'how what where whether which who whose why';
const PREPOSITIONS =
  'about above across after against among around at before behind below beneath beside besides between beyond by during for ' +
  'from in inside into of off on out outside over since through to toward towards under until up upon with within without';
const OPENINGS: ReadonlySet<string> = new Set(`${QUESTION_WORDS} ${PREPOSITIONS}`.split(' '));

/** Comments of a TypeScript file. Comments on lines that follow one another are one. */
export function commentsIn(file: string, source: string): Comment[] {
  const comments: (Comment & { endLine: number; isLine: boolean })[] = [];
  for (const { type, value, start, end } of parseSync(file, source).comments) {
    const line = lineAt(source, start);
    const text = type === 'Line' ? value.trim() : blockText(value);
    const last = comments.at(-1);
    const isAlone = source.slice(source.lastIndexOf('\n', start) + 1, start).trim() === '';
    if (type === 'Line' && isAlone && last?.isLine === true && last.endLine === line - 1) {
      comments[comments.length - 1] = { ...last, text: `${last.text} ${text}`, endLine: line };
    } else {
      comments.push({ text, line, endLine: lineAt(source, end), isLine: type === 'Line' && isAlone });
    }
  }
  return comments
    .filter(({ text }) => text !== '' && !DIRECTIVE.test(text))
    .map(({ text, line }) => ({ text, line }));
}

/** Whether a comment opens with a question word or a bare preposition where a noun should stand. */
export function opensWithoutNoun({ text }: Comment): boolean {
  const [word = ''] = /^[a-z]+/i.exec(text) ?? [];
  return OPENINGS.has(word.toLowerCase());
}

function blockText(value: string): string {
  return value
    .split('\n')
    .map((line) => line.replace(/^\s*\*+/, '').trim())
    .join(' ')
    .trim();
}

function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}

import { Lexer, parse, Source, TokenKind } from 'graphql';
import type { QueryLimits } from '../config/slices.ts';
import { beyondLimit } from './limits.ts';
import { nestingOf } from './nesting.ts';

/**
 * Maximum depth of nested brackets, and of selections with their fragments. The parser recurses for each bracket, and
 * exhausts the stack at about 1,500, validation at about as many fragments; no query within the other limits comes near
 * either number.
 */
export const MAX_NESTING = 500;
/** Maximum line breaks. graphql locates each error by counting the line breaks before it; an answer can have thousands. */
export const MAX_LINES = 5000;

/**
 * graphql's parser, for queries within the limits. It reads all tokens once before parsing: otherwise their number would not
 * be known for the error, and brackets could exhaust the stack. The reading costs half as much as parsing; the parser of
 * graphql-armor, which stops at the limit and does not know the number, costs five times as much.
 */
export function parseWithin({ maxTokens }: QueryLimits): typeof parse {
  return (text, options) => {
    const source = typeof text === 'string' ? new Source(text) : text;
    const lines = lineBreaksIn(source.body);
    if (lines > MAX_LINES) throw beyondLimit('lines', lines, MAX_LINES);
    const { tokens, nesting } = sizeOf(source);
    if (tokens > maxTokens) throw beyondLimit('tokens', tokens, maxTokens);
    if (nesting > MAX_NESTING) throw beyondLimit('nesting', nesting, MAX_NESTING);
    const document = parse(source, options);
    const depth = nestingOf(document);
    if (depth > MAX_NESTING) throw beyondLimit('nesting', depth, MAX_NESTING);
    return document;
  };
}

/** Number of line terminators as GraphQL defines them (https://spec.graphql.org/October2021/#LineTerminator). */
function lineBreaksIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === LINE_FEED ? text.charCodeAt(at - 1) !== CARRIAGE_RETURN : code === CARRIAGE_RETURN)
      count += 1;
  }
  return count;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

function sizeOf(source: Source): { tokens: number; nesting: number } {
  const lexer = new Lexer(source);
  let tokens = 0;
  let open = 0;
  let nesting = 0;
  try {
    for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
      tokens++;
      if (opening.has(kind)) nesting = Math.max(nesting, ++open);
      else if (closing.has(kind)) open--;
    }
  } catch {
    // An invalid token makes the parser fail as well, with its location.
  }
  return { tokens, nesting };
}

const opening: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

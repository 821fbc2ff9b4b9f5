import type { Exchange } from './exchange.ts';

/**
 * Until queries are limited, brackets that stand in each other by the thousand, and fragments in fragments, are more than the
 * stack has room for: 500, and an error in the log. This file goes with that.
 */
const DEEP = 500;
const MASKED = /^status 500$|INTERNAL_SERVER_ERROR/;
const OVERFLOW = /"type":"RangeError","message":"Maximum call stack size exceeded"/;

/** Of what is wrong with the answers to an exchange, what is not that. */
export function unknownOf(exchange: Exchange, problems: readonly string[]): readonly string[] {
  return problems.length > 0 && isDeep(exchange) ? problems.filter((each) => !MASKED.test(each)) : problems;
}

/** The same of what the gateway said, which can come when the next ones are under way. */
export function unknownComplaints(complaints: readonly string[]): readonly string[] {
  return complaints.filter((each) => !OVERFLOW.test(each));
}

function isDeep({ pieces }: Exchange): boolean {
  const text = unescaped(Buffer.concat(pieces));
  let depth = 0;
  for (const character of text) {
    if ('{[('.includes(character)) depth += 1;
    if ('}])'.includes(character)) depth -= 1;
    if (depth >= DEEP) return true;
  }
  return text.split('...').length > DEEP;
}

/** Queries stand in URLs and forms as well. */
function unescaped(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replaceAll(/%(5b|7b|28|5d|7d|29)/gi, (_escape, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
}

import { gzipSync } from 'node:zlib';
import { type Exchange, withoutTokens } from './exchange.ts';

const LONGEST = 1500;
const FEWEST_REPEATS = 20;

/** Shell command that repeats what the client did, and its bytes in readable form. */
export function dumped({ kind, pieces, methods, leaves }: Exchange): string {
  const bytes = withoutTokens(Buffer.concat(pieces));
  const how = [
    `${methods.length} requests of "${kind}"`,
    ...(pieces.length > 1 ? [`in ${pieces.length} pieces`] : []),
    ...(leaves === 'never' ? [] : [`from a client that goes away when ${leaves.replace('when ', '')}`]),
  ];
  return `${how.join(', ')}; the bytes of it, to send to a gateway on port 4000:
  echo ${gzipSync(bytes).toString('base64')} | base64 -d | gunzip | nc 127.0.0.1 4000
${readable(bytes)}`;
}

/** Bytes as text; repetitions are shortened to a count. */
function readable(bytes: Buffer): string {
  const text = bytes
    .toString()
    .replaceAll(/([^\n]{1,40}?)\1{19,}/g, (run, unit: string) => {
      const times = run.length / unit.length;
      return times < FEWEST_REPEATS ? run : `${unit}‹${times} times›`;
    })
    .replaceAll(/[^\n -~‹›]/g, (character) =>
      character === '\r' ? '' : `\\u{${character.codePointAt(0)?.toString(16)}}`,
    );
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
  return shown.replaceAll(/^/gm, '  | ');
}

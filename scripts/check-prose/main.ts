/**
 * Counts comments of src/ that open with a question word ("What …") or a bare preposition ("Of …") instead of a noun. Fails
 * when they are more than one in twenty. `npm run check:prose -- --list` names each.
 */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commentsIn, opensWithoutNoun } from './find-openings.ts';

const MOST_SHARE = 0.05;

const root = fileURLToPath(new URL('../../', import.meta.url));
const { values } = parseArgs({ options: { list: { type: 'boolean', default: false } } });
const files = globSync('src/**/*.ts', { cwd: root, exclude: ['src/generated/**'] }).toSorted();
const comments = files.flatMap((file) =>
  commentsIn(file, readFileSync(root + file, 'utf8')).map((comment) => ({ ...comment, file })),
);
const found = comments.filter(opensWithoutNoun);
if (values.list)
  for (const { file, line, text } of found) console.log(`${file}:${line}  ${text.slice(0, 80)}`);
const percent = ((found.length / comments.length) * 100).toFixed(1);
console.log(`${found.length} of ${comments.length} comments in src open without a noun: ${percent} %`);
if (found.length > comments.length * MOST_SHARE) {
  console.error(`At most ${MOST_SHARE * 100} % may. npm run check:prose -- --list names them.`);
  process.exitCode = 1;
}

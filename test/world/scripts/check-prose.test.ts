import { expect, test } from 'vitest';
import { commentsIn, opensWithoutNoun } from '../../../scripts/check-prose/find-openings.ts';

const source = `
/** Answers of the upstream. */
const a = 1; // Of one
// Where two lines
// are one comment.

// oxlint-disable-next-line x -- a directive
const b = "// no comment";
/**
 * Whether it holds.
 *
 * @param c Its value.
 */
`;

test('comments are found with their lines: adjacent line comments count as one, directives as none', () => {
  expect(commentsIn('a.ts', source)).toEqual([
    { line: 2, text: 'Answers of the upstream.' },
    { line: 3, text: 'Of one' },
    { line: 4, text: 'Where two lines are one comment.' },
    { line: 9, text: 'Whether it holds.  @param c Its value.' },
  ]);
});

test('a comment opens without a noun when it opens with a question word or a preposition', () => {
  const openings = commentsIn('a.ts', source).filter(opensWithoutNoun);
  expect(openings.map(({ line }) => line)).toEqual([3, 4, 9]);
  expect(opensWithoutNoun({ line: 1, text: 'Official names of regions.' })).toBe(false);
});

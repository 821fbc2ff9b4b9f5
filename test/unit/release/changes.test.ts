import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseChange } from '../../../scripts/release/change.ts';
import { readChanges } from '../../../scripts/release/read-changes.ts';

test('every file of .changes/ has the form that .changes/README.md describes', () => {
  expect(readChanges(fileURLToPath(new URL('../../../', import.meta.url)))).toBeInstanceOf(Array);
});

describe('a change', () => {
  test('has a kind and one paragraph, whose lines stay as they are', () => {
    const change = parseChange('kind: fixed\n\nA page no longer\nrepeats a campaign.\n');
    expect(change).toEqual({ kind: 'fixed', text: 'A page no longer\nrepeats a campaign.' });
  });

  test('may have the line ends of Windows', () => {
    const change = parseChange('kind: fixed\r\n\r\nTwo\r\nlines.\r\n');
    expect(change).toEqual({ kind: 'fixed', text: 'Two\nlines.' });
  });

  test.each([
    ['an unknown kind', 'kind: improved\n\nText.\n', '"improved" is none of the kinds'],
    ['a kind that only looks like one', 'kind: Added\n\nText.\n', '"Added" is none of the kinds'],
    ['no kind', 'Text.\n', 'its first line is not "kind: "'],
    ['an empty file', '', 'its first line is not "kind: "'],
    ['no text', 'kind: added\n', 'it says nothing'],
    ['a text of blanks', 'kind: added\n\n  \n\t\n', 'it says nothing'],
    ['no empty line below the kind', 'kind: added\nText.\n', 'not separated by one empty line'],
    ['two paragraphs', 'kind: added\n\nOne.\n\nTwo.\n', 'more than one paragraph'],
    ['a list', 'kind: added\n\n- One.\n- Two.\n', 'a mark of a list'],
    ['a heading among its lines', 'kind: added\n\nOne.\n## 9.9.9 - 2030-01-01.\n', 'a mark of a list'],
    ['no full stop', 'kind: added\n\nA field\n', 'full stop'],
    ['a story', `kind: added\n\n${'Long. '.repeat(120)}\n`, 'at most 600'],
  ])('with %s is refused', (_, source, problem) => {
    expect(() => parseChange(source)).toThrow(problem);
  });
});

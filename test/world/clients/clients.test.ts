import { describe, expect, test } from 'vitest';
import { installOnce } from '../../../scripts/install-once.ts';
import { columns } from './client.ts';
import { guide, typeErrors, writeDocsApp } from './docs-app.ts';
import { startStand } from './stand.ts';

installOnce(new URL('./', import.meta.url), 'the clients', ['--ignore-scripts']);
writeDocsApp(await startStand());
// The compiler works beside the other tests.
const errors = typeErrors();
// The module needs the packages and the files that are there only now.
const { clients } = await import('./clients.ts');

describe.each(clients)('$name', ({ cells, more = {} }) => {
  const tried = columns.map(([column, sentence]) => [sentence, cells[column]] as const);
  const tests = [...tried, ...Object.entries(more)].flatMap(([sentence, run]) =>
    typeof run === 'function' ? [[sentence, run] as const] : [],
  );
  // oxlint-disable-next-line vitest/expect-expect -- each cell expects something
  test.each(tests)('%s', (_sentence, run) => run());
});

test('the documented setups compile in strict mode, and so do these tests', async () => {
  expect(await errors).toBe('');
});

test('the matrix of the documentation says what is tested here, and why the rest is not', () => {
  const [header = [], , ...rows] = tableBelow('<!-- matrix -->');
  expect(header.slice(1)).toEqual(columns.map(([column]) => column));
  expect(rows.map(([name]) => name)).toEqual(clients.map(({ name }) => name));
  for (const [n, { name, cells }] of clients.entries()) {
    const documented = rows[n]?.slice(1).map((text) => (/^yes\b/.test(text) ? 'yes' : text));
    const tested = columns.map(([column]) => {
      const cell = cells[column];
      return typeof cell === 'string' ? cell : 'yes';
    });
    expect(documented, name).toEqual(tested);
  }
});

/** Cells of the first table below a line of the documentation, row by row. */
function tableBelow(line: string): string[][] {
  const lines = guide.slice(guide.indexOf(line)).split('\n').slice(1);
  const start = lines.findIndex((each) => each.startsWith('|'));
  const length = lines.slice(start).findIndex((each) => !each.startsWith('|'));
  return lines.slice(start, start + length).map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type SettingName, settings } from '../../src/config/settings.ts';

const text = readFileSync(new URL('../../docs/bounds.md', import.meta.url), 'utf8');

/** Cells of the rows that say something, by column. */
const rows = [...text.matchAll(/^\| (?!what|\*\*|-)(.*) \|$/gm)].map(([, row = '']) => {
  const [what = '', most = '', setting = '', code = '', effect = ''] = row
    .split(' | ')
    .map((cell) => cell.trim());
  return { what, most, setting: setting.replaceAll('`', ''), code, effect };
});

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

test('the table of bounds has each setting of one', () => {
  const named = new Set(rows.map(({ setting }) => setting));
  const bounding = Object.keys(settings).filter((name) => /^MAX_|_MAX_BYTES$|_TIMEOUT_MS$/.test(name));
  expect(bounding.length).toBeGreaterThan(10);
  expect(bounding.filter((name) => !named.has(name))).toEqual([]);
});

const ofSettings = rows.filter(({ setting }) => setting !== 'none');

test.each(ofSettings)('the table of bounds has the default of $setting: $what', ({ most, setting }) => {
  if (!isSetting(setting)) throw new TypeError(`There is no setting ${setting}.`);
  const { default: usual, meaning } = settings[setting];
  const shown = most.replace(/ m?s$/, '');
  // The meaning of a setting without a default says what holds then.
  const isRight = usual === null ? meaning.includes(shown.replace(' the heap limit', '')) : shown === usual;
  expect(isRight || most === 'the same', `${most}, not ${usual}`).toBe(true);
});

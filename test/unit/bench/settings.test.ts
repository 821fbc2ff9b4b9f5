import { expect, test } from 'vitest';
import { parseSettings } from '../../../bench/settings.ts';

const names = ['cold', 'warm', 'quota'];

test('without settings all scenarios run at full length, and the run counts as whole', () => {
  expect(parseSettings({}, names)).toMatchObject({ scenarios: names, seconds: 6, isWhole: true });
});

test('scenarios and contenders are selected by name, in their own order and not that of the setting', () => {
  const env = { BENCH_SCENARIO: 'warm, cold', BENCH_CONTENDERS: 'apollo,gateway', BENCH_SECONDS: '1.5' };
  expect(parseSettings(env, names)).toEqual({
    scenarios: ['cold', 'warm'],
    contenders: ['gateway', 'apollo'],
    seconds: 1.5,
    against: null,
    isWhole: false,
  });
});

test('an unknown scenario and a wrong number of seconds are rejected by name', () => {
  expect(() => parseSettings({ BENCH_SCENARIO: 'cold,hot' }, names)).toThrow(
    'BENCH_SCENARIO has hot; there are cold, warm, quota.',
  );
  expect(() => parseSettings({ BENCH_SECONDS: 'soon' }, names)).toThrow('BENCH_SECONDS');
});

test('a comparison with another commit never counts as whole, and rejects BENCH_CONTENDERS', () => {
  expect(parseSettings({ BENCH_AGAINST: ' main~3 ' }, names)).toMatchObject({
    against: 'main~3',
    isWhole: false,
  });
  expect(() => parseSettings({ BENCH_AGAINST: 'main', BENCH_CONTENDERS: 'apollo' }, names)).toThrow(
    'BENCH_CONTENDERS cannot be set with it',
  );
  for (const name of ['quota', 'executor']) {
    expect(() =>
      parseSettings({ BENCH_AGAINST: 'main', BENCH_SCENARIO: name }, ['cold'], ['quota', 'executor']),
    ).toThrow(`BENCH_SCENARIO has ${name}; there are cold.`);
  }
});

test('the executor scenario can be selected alone', () => {
  expect(parseSettings({ BENCH_SCENARIO: 'executor' }, ['cold'], ['executor'])).toMatchObject({
    scenarios: ['executor'],
    isWhole: false,
  });
});

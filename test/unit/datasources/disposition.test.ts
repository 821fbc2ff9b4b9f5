import { describe, expect, test } from 'vitest';
import { dispositionOf } from '../../../src/datasources/disposition.ts';

describe('a disposition', () => {
  test.each([
    'DISCONNECT',
    'LIVE_VOICE',
    'BUSY',
    'MACHINE',
    'NO_ANSWER',
    'SIT_CALLABLE',
    'SIT_UNCALLABLE',
    'FAX',
  ])('that the upstream documents is kept: %s', (value) => {
    expect(dispositionOf(value)).toBe(value);
  });

  test.each([
    ['disposition.classification.callable.person', 'LIVE_VOICE'],
    ['disposition.classification.callable.machine', 'MACHINE'],
    ['disposition.classification.callable.busy', 'BUSY'],
    ['disposition.classification.callable.noanswer', 'NO_ANSWER'],
    ['disposition.classification.callable.disconnect', 'DISCONNECT'],
    ['disposition.classification.callable.fax', 'FAX'],
    ['disposition.classification.callable.sit', 'SIT_CALLABLE'],
    ['disposition.classification.uncallable.sit', 'SIT_UNCALLABLE'],
  ])('is the meaning of its call-analysis code: %s', (code, value) => {
    expect(dispositionOf(code)).toBe(value);
  });

  test.each([
    'disposition.classification.uncallable.notfound',
    'disposition.classification.callable.persons',
    'disposition.classification.callable',
    'OutdatedSdkVersion',
    'SOMETHING_NEW',
    '',
    ' LIVE_VOICE',
    'constructor',
    '__proto__',
  ])('that is unknown becomes OutdatedSdkVersion: %j', (code) => {
    expect(dispositionOf(code)).toBe('OutdatedSdkVersion');
  });

  test('is null for null', () => {
    expect(dispositionOf(null)).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { editDistance, nearestNames } from '../../../src/lib/edit-distance.ts';

describe('the distance of two texts', () => {
  test.each([
    ['', '', 0],
    ['region', 'region', 0],
    ['regon', 'region', 1],
    ['regiion', 'region', 1],
    ['regiom', 'region', 1],
    ['reigon', 'region', 1],
    ['rgeoin', 'region', 2],
    ['abcd', 'badc', 2],
    ['ab', '', 2],
  ])('of %j and %j is %i edits', (one, other, edits) => {
    expect(editDistance(one, other, 2)).toBe(edits);
    expect(editDistance(other, one, 2)).toBe(edits);
  });

  test('is not computed where the lengths tell enough', () => {
    expect(editDistance('a'.repeat(1_000_000), 'region', 2)).toBe(Infinity);
  });
});

test('the nearest names are all those of the least distance, within the most', () => {
  const names = ['eu-west-1', 'eu-west-2', 'us-west-2'];
  expect(nearestNames('eu-west-1', names, 2)).toEqual(['eu-west-1']);
  expect(nearestNames('eu-west', names, 2)).toEqual(['eu-west-1', 'eu-west-2']);
  expect(nearestNames('nowhere', names, 2)).toEqual([]);
});

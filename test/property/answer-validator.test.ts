import { parse } from 'graphql';
import { expect, test } from 'vitest';
import type { GraphQLAnswer } from '../support/gateway.ts';
import { answerProblems } from './answer-validator.ts';
import { sdl } from './compare-with-reference.ts';
import { selectedFields } from './selected-fields.ts';

const query =
  '{ user(id: "a") { __typename id name state skills { proficiency } } campaigns { totalCount } }';
const fields = selectedFields(sdl, parse(query), {});
const user = { __typename: 'User', id: 'a', name: null, state: 'ACTIVE', skills: [{ proficiency: 1.5 }] };
const campaigns = { totalCount: 3 };

function problemsOf(answer: GraphQLAnswer): string[] {
  return answerProblems(sdl, fields, answer);
}

test('an answer that fits has no problems', () => {
  expect(problemsOf({ data: { user, campaigns } })).toEqual([]);
  expect(problemsOf({ data: { user: null, campaigns: null } })).toEqual([]);
});

test.each<[string, unknown, string]>([
  [
    'a key that was not asked for',
    { user: { ...user, email: 'a' }, campaigns },
    'data.user.email was not asked for',
  ],
  ['a missing key', { user }, 'data.campaigns is missing'],
  ['null for a non-null field', { user: { ...user, id: null }, campaigns }, 'data.user.id is null'],
  ['a text instead of an object', { user: 'a', campaigns }, 'data.user: "a" is no object'],
  [
    'an object instead of a list',
    { user: { ...user, skills: {} }, campaigns },
    'data.user.skills: {} is no list',
  ],
  [
    'null in a list of non-null elements',
    { user: { ...user, skills: [null] }, campaigns },
    'data.user.skills.0 is null',
  ],
  ['a value outside the enum', { user: { ...user, state: 'BUSY' }, campaigns }, '"BUSY" is no EntityState'],
  ['a fraction instead of an integer', { user, campaigns: { totalCount: 1.5 } }, '1.5 is no Int'],
  ['an integer beyond 32 bits', { user, campaigns: { totalCount: 2 ** 31 } }, 'is no Int'],
  ['a number instead of a text', { user: { ...user, name: 5 }, campaigns }, '5 is no String'],
  [
    'the __typename of another type',
    { user: { ...user, __typename: 'Queue' }, campaigns },
    '"Queue" is no __typename',
  ],
])('%s is a problem', (_what, data, problem) => {
  expect(problemsOf({ data })).toEqual([expect.stringContaining(problem)]);
});

test('an error without a path, or with a path that leads nowhere, is a problem, and one whose path leads to null is not', () => {
  const error = { message: 'Why', extensions: { code: 'FORBIDDEN' } };
  const at = (...path: string[]) => problemsOf({ data: { user, campaigns }, errors: [{ ...error, path }] });
  expect(at('user', 'name')).toEqual([]);
  expect(at('user', 'nmae')).toEqual(['errors: user.nmae leads nowhere']);
  expect(problemsOf({ data: { user, campaigns }, errors: [error] })).toHaveLength(1);
});

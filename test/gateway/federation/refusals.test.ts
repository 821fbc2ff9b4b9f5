import { describe, expect, test } from 'vitest';
import { notIds } from '../../support/answers.ts';
import { range } from '../../support/range.ts';
import { named, subgraphForTest } from './support.ts';

const ID_RULE = 'must be an id, 1 to 128 characters of A-Z a-z 0-9 _ - with . and : inside.';
const CONTACT_ID_RULE = 'must be an id, 1 to 512 characters, none of them a control character.';
const TYPES =
  'Campaign, CampaignInteraction, Contact, ContactList, Division, Queue, Script, Skill, User, WrapUpCode';

const refused: readonly [what: string, representations: unknown, problems: readonly string[]][] = [
  ...notIds.map((id): (typeof refused)[number] => [
    `an invalid id: ${JSON.stringify(id)}`,
    [...named('User', 'user-1'), { __typename: 'User', id }],
    [`Argument "representations[1].id" ${ID_RULE}`],
  ]),
  ['no id', [{ __typename: 'Queue' }], [`Argument "representations[0].id" ${ID_RULE}`]],
  [
    'a contact without its list, and a contact without its own id',
    [
      { __typename: 'Contact', id: 'contact-1' },
      { __typename: 'Contact', contactListId: 'list-1' },
    ],
    [
      `Argument "representations[0].contactListId" ${ID_RULE}`,
      `Argument "representations[1].id" ${CONTACT_ID_RULE}`,
    ],
  ],
  [
    'an interaction with an invalid campaign id',
    [{ __typename: 'CampaignInteraction', campaignId: '..', id: 'interaction-1' }],
    [`Argument "representations[0].campaignId" ${ID_RULE}`],
  ],
  ...['Nothing', 'PageInfo', 'Conversation', 'Query', '__proto__', 'constructor', undefined, null, 5].map(
    (type): (typeof refused)[number] => [
      `the type ${String(type)}`,
      [{ __typename: type, id: 'user-1' }],
      [`Argument "representations[0].__typename" must be one of ${TYPES}.`],
    ],
  ),
  ...['User', 5, true, ['User']].map((value): (typeof refused)[number] => [
    `a value that is not an object: ${JSON.stringify(value)}`,
    [value],
    ['Argument "representations[0]" must be an object with __typename and a key.'],
  ]),
  [
    'more than 1,000',
    named('User', ...range(1001).map((n) => `user-${n}`)),
    ['Argument "representations" must have at most 1000 elements, not 1001.'],
  ],
];

describe('invalid representations are rejected before any call:', () => {
  test.each(refused)('%s', async (_what, representations, problems) => {
    const { query, calls } = await subgraphForTest();
    const { data, errors } = await query(
      `query ($r: [_Any!]!) { user(id: "user-1") { name } e: _entities(representations: $r) { ... on User { name } } }`,
      { r: representations },
    );
    expect(data).toBeNull();
    expect(
      errors?.map(({ message, path, extensions: { code } }) => ({ message, path, code })).slice(0, -1),
    ).toEqual(problems.map((message) => ({ message, path: ['e'], code: 'BAD_USER_INPUT' })));
    expect(errors?.at(-1)).toMatchObject({ path: ['user'], extensions: { code: 'BAD_USER_INPUT' } });
    expect(calls()).toEqual({});
  });

  test('a literal list that contains variables', async () => {
    const { query, calls } = await subgraphForTest();
    const { data, errors } = await query(
      `query ($id: ID) { _entities(representations: [{ __typename: "User", id: "user-1" }, { __typename: "User", id: $id }]) { __typename } }`,
      { id: 'a b' },
    );
    expect(data).toBeNull();
    expect(errors?.map(({ message }) => message)).toEqual([`Argument "representations[1].id" ${ID_RULE}`]);
    expect(calls()).toEqual({});
  });

  test('null, or a missing argument, which the executor rejects', async () => {
    const { entities, query, calls } = await subgraphForTest();
    const { errors } = await entities([null], '__typename');
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect((await query('{ _entities { __typename } }')).errors).toHaveLength(1);
    expect(calls()).toEqual({});
  });
});

test('properties of a representation beyond its key are ignored, and a single one counts as a list', async () => {
  const { query } = await subgraphForTest();
  const { data, errors } = await query(
    '{ _entities(representations: { __typename: "User", id: "user-1", name: 5, more: [{}] }) { ... on User { name } } }',
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({ _entities: [{ name: 'Name of user-1' }] });
});

test('an empty list of representations gives no entities and causes no call', async () => {
  const { entities, calls } = await subgraphForTest();
  expect(await entities([], '... on User { name }')).toEqual({ data: { _entities: [] } });
  expect(calls()).toEqual({});
});

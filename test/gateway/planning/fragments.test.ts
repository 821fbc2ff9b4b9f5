import { expect, test } from 'vitest';
import { gatewayForTest } from '../../support/gateway.ts';

test('fragments that spread each other many times are followed once at each level', async () => {
  const { query, calls } = await gatewayForTest();
  const depth = 9;
  const fragments = Array.from({ length: depth }, (_, n) => {
    const below = n === depth - 1 ? '{ email }' : `{ ...F${n + 1} }`;
    return `fragment F${n} on User { ${`manager ${below} `.repeat(8)} }`;
  });
  const { data, errors } = await query(`{ user(id: "user-1") { ...F0 } } ${fragments.join(' ')}`);
  expect(errors).toBeUndefined();
  expect(data.user.manager).toEqual({ manager: null });
  expect(calls()).toEqual({ users: 2 });
});

import { describe, expect, test } from 'vitest';

import { generateOrganisation } from '../../../src/sandbox/generate-organisation.ts';
import { emptyOrganisation } from '../../../src/sandbox/organisation.ts';
import { ask, entitiesOf, idsOf, post, sandboxForTest } from './helpers.ts';

const organisation = generateOrganisation(1);
const userIds = organisation.users.map(({ id }) => id ?? '');

function query(name: string, values: readonly string[]): string {
  return values.map((value) => `${name}=${value}`).join('&');
}

describe('a listing', () => {
  test('has 25 rows unless pageSize is larger, even for more ids', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const reply = await ask(sandbox, `/api/v2/users?state=any&${query('id', userIds)}`);
    expect(entitiesOf(reply)).toHaveLength(25);
    expect(reply.body).toMatchObject({ pageSize: 25, pageNumber: 1, pageCount: 9, total: 220 });
    const whole = await ask(sandbox, `/api/v2/users?state=any&pageSize=220&${query('id', userIds)}`);
    expect(new Set(idsOf(entitiesOf(whole)))).toEqual(new Set(userIds));
  });

  test('treats repeated id parameters and ids joined by commas alike', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const ids = userIds.slice(0, 4);
    const repeated = await ask(sandbox, `/api/v2/users?${query('id', ids)}`);
    const joined = await ask(sandbox, `/api/v2/users?id=${ids.join(',')}`);
    expect(joined.body).toMatchObject({ entities: entitiesOf(repeated), total: 4 });
    expect(sandbox.requests.map((request) => request.ids)).toEqual([ids, ids]);
  });

  test('leaves unknown ids out', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const [skill] = organisation.skills;
    const reply = await ask(sandbox, `/api/v2/routing/skills?id=nobody&id=${skill?.id}`);
    expect(entitiesOf(reply)).toEqual([skill]);
  });

  test('has all rows for an empty id filter', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const reply = await ask(sandbox, '/api/v2/routing/skills?id=');
    expect(entitiesOf(reply)).toHaveLength(organisation.skills.length);
  });

  test('has its own order of rows: queues by name, users not in the order of the ids', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const queues = await ask(
      sandbox,
      `/api/v2/routing/queues?${query('id', idsOf(organisation.queues).map(String))}`,
    );
    const names = organisation.queues.map(({ name }) => name ?? '').toSorted();
    expect(entitiesOf(queues)).toMatchObject(names.map((name) => ({ name })));
    const users = await ask(sandbox, `/api/v2/users?state=any&pageSize=220&${query('id', userIds)}`);
    expect(idsOf(entitiesOf(users))).not.toEqual(userIds);
  });

  test('links each page to the next, without a missing or duplicate row', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const seen: unknown[] = [];
    let path: unknown = '/api/v2/outbound/campaigns?pageSize=5&sortBy=name';
    while (typeof path === 'string') {
      const reply = await ask(sandbox, path);
      seen.push(...idsOf(entitiesOf(reply)));
      path = reply.body instanceof Object && 'nextUri' in reply.body ? reply.body.nextUri : undefined;
    }
    expect(sandbox.requests).toHaveLength(3);
    expect(seen).toEqual(
      idsOf(organisation.campaigns.toSorted((a, b) => a.name.localeCompare(b.name, 'en'))),
    );
  });

  test('reduces a page size above the maximum to the maximum, and is empty past the last page', async () => {
    const sandbox = await sandboxForTest({ organisation });
    expect((await ask(sandbox, '/api/v2/outbound/campaigns?pageSize=500')).body).toMatchObject({
      pageSize: 100,
    });
    const past = await ask(sandbox, '/api/v2/outbound/campaigns?pageNumber=9');
    expect(past.body).toMatchObject({ entities: [], pageNumber: 9, total: 12 });
  });

  test.each(['pageSize=0', 'pageSize=x', 'pageNumber=0'])(
    'refuses %s with 400 and invalid.value',
    async (parameter) => {
      const sandbox = await sandboxForTest({ organisation });
      const reply = await ask(sandbox, `/api/v2/users?${parameter}`);
      expect(reply).toMatchObject({ status: 400, body: { code: 'invalid.value' } });
    },
  );
});

describe('users', () => {
  test('are found only when they are active, in a listing and by id, unless a state is given', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const deleted = organisation.users.find(({ state }) => state === 'deleted');
    expect(entitiesOf(await ask(sandbox, `/api/v2/users?id=${deleted?.id}`))).toEqual([]);
    expect(await ask(sandbox, `/api/v2/users/${deleted?.id}`)).toMatchObject({ status: 404 });
    expect(idsOf(entitiesOf(await ask(sandbox, `/api/v2/users?state=any&id=${deleted?.id}`)))).toEqual([
      deleted?.id,
    ]);
    expect(await ask(sandbox, `/api/v2/users/${deleted?.id}?state=any`)).toMatchObject({ status: 200 });
  });

  test('have presence, routing status and skills only when expanded', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const plain = await ask(sandbox, `/api/v2/users/${userIds[0]}`);
    expect(plain.body).not.toHaveProperty('presence');
    expect(plain.body).not.toHaveProperty('skills');
    const one = await ask(sandbox, `/api/v2/users/${userIds[0]}?expand=presence`);
    expect(one.body).toHaveProperty('presence');
    expect(one.body).not.toHaveProperty('routingStatus');
  });
});

describe('campaigns', () => {
  test.each([
    ['name=SPRING', ['Spring offer by hand', 'Spring offer wide']],
    [
      'name=offer&filterType=Contains',
      ['Spring offer by hand', 'Spring offer wide', 'Summer offer', 'Winter offer'],
    ],
    ['name=winter%20offer&filterType=Equals', ['Winter offer']],
    ['name=offer', []],
  ])('are filtered by %s', async (parameters, names) => {
    const sandbox = await sandboxForTest({ organisation });
    const reply = await ask(sandbox, `/api/v2/outbound/campaigns?sortBy=name&${parameters}`);
    expect(entitiesOf(reply)).toMatchObject(names.map((name) => ({ name })));
  });

  test('are filtered by contact list, queue and division, and sorted in descending order', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const [campaign] = organisation.campaigns;
    const reply = await ask(
      sandbox,
      `/api/v2/outbound/campaigns?sortBy=name&sortOrder=d&contactListId=${campaign?.contactList.id}`,
    );
    expect(entitiesOf(reply)).toMatchObject(
      ['Winter offer', 'Spring offer by hand'].map((name) => ({ name })),
    );
    const narrowed = `distributionQueueId=${campaign?.queue?.id}&divisionId=${campaign?.division?.id}`;
    const few = await ask(sandbox, `/api/v2/outbound/campaigns?sortBy=name&${narrowed}`);
    expect(entitiesOf(few)).toMatchObject([
      { name: 'Payment reminder late' },
      { name: 'Spring offer by hand' },
    ]);
  });
});

describe('contacts', () => {
  test('are a bare array without unknown ids, and an unknown contact list is answered with 404', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const [[listId, contacts] = ['', new Map()]] = organisation.contacts;
    const [id] = contacts.keys();
    const reply = await post(sandbox, `/api/v2/outbound/contactlists/${listId}/contacts/bulk`, [
      id,
      'nobody',
    ]);
    expect(idsOf(reply.body)).toEqual([id]);
    expect(sandbox.requests[0]).toMatchObject({ resource: 'contacts', ids: [id, 'nobody'], status: 200 });
    const unknown = await post(sandbox, '/api/v2/outbound/contactlists/nowhere/contacts/bulk', [id]);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'not.found' } });
  });

  test('are counted in their contact list only with includeSize=true', async () => {
    const sandbox = await sandboxForTest({
      organisation: {
        ...emptyOrganisation(),
        contactLists: [{ id: 'list', name: 'List', columnNames: [] }],
        contacts: new Map([
          ['list', new Map([['contact', { id: 'contact', contactListId: 'list', data: {} }]])],
        ]),
      },
    });
    expect((await ask(sandbox, '/api/v2/outbound/contactlists/list')).body).not.toHaveProperty('size');
    expect((await ask(sandbox, '/api/v2/outbound/contactlists/list?includeSize=true')).body).toHaveProperty(
      'size',
      1,
    );
  });
});

describe('scripts', () => {
  test('cannot be listed by id: the id parameter is ignored', async () => {
    const sandbox = await sandboxForTest({ organisation });
    const reply = await ask(sandbox, `/api/v2/scripts?id=${organisation.scripts[0]?.id}`);
    expect(entitiesOf(reply)).toHaveLength(organisation.scripts.length);
  });
});

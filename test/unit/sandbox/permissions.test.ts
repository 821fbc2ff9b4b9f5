import { describe, expect, test } from 'vitest';

import { resources, resourcesOf } from '../../../src/datasources/index.ts';
import { emptyOrganisation } from '../../../src/sandbox/organisation.ts';
import { ask, sandboxForTest } from './helpers.ts';

/** Permission that each call needs, from the vendor's documentation. */
const NEEDED = [
  ['GET', '/api/v2/outbound/campaigns', 'outbound:campaign:view'],
  ['GET', '/api/v2/outbound/campaigns/a', 'outbound:campaign:view'],
  ['GET', '/api/v2/outbound/campaigns/a/interactions', 'outbound:campaign:view'],
  ['POST', '/api/v2/outbound/campaigns/progress', 'outbound:campaign:view'],
  ['GET', '/api/v2/outbound/contactlists', 'outbound:contactList:view'],
  ['GET', '/api/v2/outbound/contactlists/a', 'outbound:contactList:view'],
  ['POST', '/api/v2/outbound/contactlists/a/contacts/bulk', 'outbound:contact:view'],
  ['GET', '/api/v2/outbound/contactlists/a/contacts/b', 'outbound:contact:view'],
  ['GET', '/api/v2/routing/queues', 'routing:queue:view'],
  ['GET', '/api/v2/routing/queues/a', 'routing:queue:view'],
  ['GET', '/api/v2/routing/skills', 'routing:skill:view'],
  ['GET', '/api/v2/routing/skills/a', 'routing:skill:view'],
  ['GET', '/api/v2/routing/wrapupcodes', 'routing:wrapupCode:view'],
  ['GET', '/api/v2/routing/wrapupcodes/a', 'routing:wrapupCode:view'],
  ['GET', '/api/v2/scripts', 'scripter:script:view'],
  ['GET', '/api/v2/scripts/a', 'scripter:script:view'],
  ['GET', '/api/v2/conversations/a', 'conversation:communication:view'],
] as const;
/** Calls that need one of two permissions. */
const STATS = [
  ['POST', '/api/v2/outbound/campaigns/performance/query'],
  ['GET', '/api/v2/outbound/campaigns/a/stats'],
] as const;
const EITHER_FOR_STATS = ['outbound:performance:view', 'outbound:campaign:view'];
const EVERYTHING = [...new Set(NEEDED.map(([, , permission]) => permission))];

/** Calls a sandbox with a token of these permissions only. */
async function askWith(permissions: readonly string[], method: string, path: string) {
  const organisation = emptyOrganisation();
  const sandbox = await sandboxForTest({ organisation, tokens: [{ token: 'limited', permissions }] });
  const body = method === 'POST' ? { body: '[]' } : {};
  return ask(sandbox, path, { token: 'limited', method, ...body });
}

test('the calls of all resources that need a permission are listed here', () => {
  const stats = STATS.map((call) => [...call, ...EITHER_FOR_STATS]);
  const listed = new Set([...NEEDED, ...stats].map((call) => call.join(' ')));
  const needed = resourcesOf(resources)
    .map((resource) => ('within' in resource ? resource.within('a') : resource).request(['a'], []))
    .filter(({ permissions }) => permissions.length > 0)
    .map(({ method, path, permissions }) => [method, path, ...permissions].join(' '));
  expect(needed.filter((call) => !listed.has(call))).toEqual([]);
});

describe('a token with a list of permissions', () => {
  test.each(NEEDED)('needs for %s %s the permission %s', async (method, path, permission) => {
    const others = EVERYTHING.filter((name) => name !== permission);
    expect(await askWith(others, method, path)).toMatchObject({
      status: 403,
      body: { code: 'missing.permissions', messageParams: { permissions: permission } },
    });
    expect([200, 404]).toContain((await askWith([permission], method, path)).status);
  });

  test.each(STATS)('needs one of two permissions for %s %s', async (method, path) => {
    expect(await askWith(['outbound:contact:view'], method, path)).toMatchObject({
      status: 403,
      body: { code: 'missing.any.permissions', messageParams: { permissions: EITHER_FOR_STATS.join(', ') } },
    });
    for (const one of EITHER_FOR_STATS) {
      expect([200, 404]).toContain((await askWith([one], method, path)).status);
    }
  });

  test.each(['/api/v2/users', '/api/v2/authorization/divisions', '/api/v2/tokens/me'])(
    'needs no permission for %s',
    async (path) => {
      expect((await askWith([], 'GET', path)).status).toBe(200);
    },
  );
});

test('a token without a list of permissions may do everything', async () => {
  const organisation = emptyOrganisation();
  const sandbox = await sandboxForTest({ organisation, tokens: ['bare', { token: 'object' }] });
  for (const token of ['bare', 'object']) {
    expect((await ask(sandbox, '/api/v2/outbound/campaigns', { token })).status).toBe(200);
  }
});

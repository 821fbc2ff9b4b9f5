import { invalidValue } from './api-error.ts';
import { inOwnOrder, isDescending, page, sorted, values, withIds, withName } from './listing.ts';
import type { OrganisationUser } from './organisation.ts';
import { byId, type ApiCall, type Route } from './route.ts';
import { sameCase } from './same-case.ts';

/** Maximum for listings outside outbound: observed, not documented. */
const MAX_PAGE_SIZE = 500;
const USER_STATES = new Set(['active', 'inactive', 'deleted', 'any']);

/** Routes of users, queues, skills, wrap-up codes, divisions and scripts. */
export const DIRECTORY_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v2/users',
    resource: 'users',
    permissions: [],
    handle: (call) => {
      const users = withIds(usersInState(call), call.query);
      const listing = page(
        inOwnOrder(users, ({ id }) => id),
        { ...call, maxPageSize: MAX_PAGE_SIZE },
      );
      return { ...listing, entities: listing.entities.map((user) => expanded(user, call)) };
    },
  },
  {
    method: 'GET',
    path: '/api/v2/users/{id}',
    resource: 'users',
    permissions: [],
    handle: (call) => expanded(byId(usersInState(call), call, 'user'), call),
  },
  {
    method: 'GET',
    path: '/api/v2/routing/queues',
    resource: 'queues',
    permissions: ['routing:queue:view'],
    handle: (call) => {
      const divisionIds = new Set(values(call.query, 'divisionId').map(sameCase));
      const queues = named(withIds(call.organisation.queues, call.query), call).filter(
        ({ division }) => divisionIds.size === 0 || divisionIds.has(sameCase(division?.id ?? '')),
      );
      const byName = sorted(queues, ({ name }) => name ?? '', isDescending(call.query));
      const listing = page(byName, { ...call, maxPageSize: MAX_PAGE_SIZE });
      const entities = listing.entities.map((queue) => call.organisation.queueAt(queue, call.atMs));
      return { ...listing, entities };
    },
  },
  {
    method: 'GET',
    path: '/api/v2/routing/queues/{id}',
    resource: 'queues',
    permissions: ['routing:queue:view'],
    handle: (call) => call.organisation.queueAt(byId(call.organisation.queues, call, 'queue'), call.atMs),
  },
  ...directory(
    { path: '/api/v2/routing/skills', resource: 'skills', permissions: ['routing:skill:view'] },
    'skill',
    ({ organisation }) => organisation.skills,
  ),
  ...directory(
    {
      path: '/api/v2/routing/wrapupcodes',
      resource: 'wrapUpCodes',
      permissions: ['routing:wrapupCode:view'],
    },
    'wrap-up code',
    ({ organisation }) => organisation.wrapUpCodes,
  ),
  ...directory(
    { path: '/api/v2/authorization/divisions', resource: 'divisions', permissions: [] },
    'division',
    ({ organisation }) => organisation.divisions,
  ),
  {
    method: 'GET',
    path: '/api/v2/scripts',
    resource: 'scripts',
    permissions: ['scripter:script:view'],
    // Trap: this listing has no id filter and ignores one.
    handle: (call) =>
      page(
        inOwnOrder(named(call.organisation.scripts, call), ({ id }) => id),
        { ...call, maxPageSize: MAX_PAGE_SIZE },
      ),
  },
  {
    method: 'GET',
    path: '/api/v2/scripts/{id}',
    resource: 'scripts',
    permissions: ['scripter:script:view'],
    handle: (call) => byId(call.organisation.scripts, call, 'script'),
  },
];

/** Routes of a listing with an id filter, and of a single row. */
function directory(
  common: Omit<Route, 'method' | 'handle'>,
  what: string,
  rowsOf: (call: ApiCall) => readonly { readonly id?: string; readonly name?: string }[],
): Route[] {
  return [
    {
      ...common,
      method: 'GET',
      handle: (call) =>
        page(
          inOwnOrder(named(withIds(rowsOf(call), call.query), call), ({ id }) => id),
          { ...call, maxPageSize: MAX_PAGE_SIZE },
        ),
    },
    {
      ...common,
      method: 'GET',
      path: `${common.path}/{id}`,
      handle: (call) => byId(rowsOf(call), call, what),
    },
  ];
}

/** Rows whose name begins with the filter, or contains it after a leading asterisk. A trailing asterisk is ignored. */
function named<Row extends { readonly name?: string }>(
  rows: readonly Row[],
  { query }: ApiCall,
): readonly Row[] {
  const name = query.get('name');
  if (name === null || !name.startsWith('*'))
    return withName(rows, name?.replace(/\*$/, '') ?? null, 'Prefix');
  return withName(rows, name.replace(/^\*|\*$/g, ''), 'Contains');
}

/** Trap: inactive and deleted users are found only when `state` asks for them. */
function usersInState({ organisation, query }: ApiCall): readonly OrganisationUser[] {
  const wanted = query.get('state') ?? 'active';
  if (!USER_STATES.has(wanted)) throw invalidValue('state', wanted);
  return wanted === 'any'
    ? organisation.users
    : organisation.users.filter(({ state = 'active' }) => state === wanted);
}

function expanded(user: OrganisationUser, { query, organisation, atMs }: ApiCall): OrganisationUser {
  const asked = new Set(values(query, 'expand'));
  const { presence, routingStatus, skills, ...plain } =
    asked.size === 0 ? user : organisation.userAt(user, atMs);
  return {
    ...plain,
    ...(asked.has('presence') && presence !== undefined && { presence }),
    ...(asked.has('routingStatus') && routingStatus !== undefined && { routingStatus }),
    ...(asked.has('skills') && skills !== undefined && { skills }),
  };
}

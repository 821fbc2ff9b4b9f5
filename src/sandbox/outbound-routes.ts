import type { Models } from 'purecloud-platform-client-v2';

import { badRequest, invalidValue, notFound } from './api-error.ts';
import { inOwnOrder, isDescending, nameFilter, page, sorted, values, withIds, withName } from './listing.ts';
import { bodyIds, byId, param, type ApiCall, type Route } from './route.ts';
import { statsOfCampaign } from './stats-of-campaign.ts';
import { sameCase } from './same-case.ts';

const MAX_PAGE_SIZE = 100;
const MAX_PERFORMANCE_IDS = 50;

/** Sort keys of campaigns, with the text to compare. */
const CAMPAIGN_SORTS: ReadonlyMap<string, (campaign: Models.Campaign) => string> = new Map([
  ['name', ({ name }) => name],
  ['campaignStatus', ({ campaignStatus }) => campaignStatus ?? ''],
  ['dialingMode', ({ dialingMode }) => dialingMode],
  ['dateCreated', ({ dateCreated }) => dateCreated ?? ''],
  ['dateModified', ({ dateModified }) => dateModified ?? ''],
]);

/** Routes of campaigns, contact lists and contacts. */
export const OUTBOUND_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/v2/outbound/campaigns',
    resource: 'campaigns',
    permissions: ['outbound:campaign:view'],
    handle: (call) =>
      page(inAskedOrder(filteredCampaigns(call), call), { ...call, maxPageSize: MAX_PAGE_SIZE }),
  },
  {
    method: 'POST',
    path: '/api/v2/outbound/campaigns/progress',
    resource: 'campaignProgress',
    permissions: ['outbound:campaign:view'],
    handle: (call) => {
      const rows = [...bodyIds(call)].map((id) => call.organisation.progress(sameCase(id), call.atMs));
      return inOwnOrder(
        rows.filter((row) => row !== undefined),
        ({ campaign }) => campaign.id,
      );
    },
  },
  {
    method: 'POST',
    path: '/api/v2/outbound/campaigns/performance/query',
    resource: 'campaignStats',
    permissions: ['outbound:performance:view', 'outbound:campaign:view'],
    handle: (call) => {
      const ids = bodyIds(call);
      if (ids.size > MAX_PERFORMANCE_IDS)
        throw badRequest(`At most ${MAX_PERFORMANCE_IDS} campaign ids are allowed.`);
      const rows = [...ids].map((id) => call.organisation.stats(sameCase(id), call.atMs));
      return {
        entities: inOwnOrder(
          rows.filter((row) => row !== undefined),
          ({ campaign }) => campaign.id,
        ),
      };
    },
  },
  {
    method: 'GET',
    path: '/api/v2/outbound/campaigns/{id}',
    resource: 'campaigns',
    permissions: ['outbound:campaign:view'],
    handle: (call) => byId(call.organisation.campaigns, call, 'campaign'),
  },
  {
    method: 'GET',
    path: '/api/v2/outbound/campaigns/{id}/stats',
    resource: 'campaignStatsById',
    permissions: ['outbound:performance:view', 'outbound:campaign:view'],
    handle: (call) => {
      const stats = statsOfCampaign(call.organisation, param(call, 'id'), call.atMs);
      if (stats === undefined) throw notFound('campaign');
      return stats;
    },
  },
  {
    method: 'GET',
    path: '/api/v2/outbound/campaigns/{id}/interactions',
    resource: 'campaignInteractions',
    permissions: ['outbound:campaign:view'],
    handle: (call) => {
      const interactions = call.organisation.interactions(sameCase(param(call, 'id')), call.atMs);
      if (interactions === undefined) throw notFound('campaign');
      return interactions;
    },
  },
  {
    method: 'GET',
    path: '/api/v2/outbound/contactlists',
    resource: 'contactLists',
    permissions: ['outbound:contactList:view'],
    handle: (call) => {
      const { contactLists } = call.organisation;
      const rows = withName(
        withIds(contactLists, call.query),
        call.query.get('name'),
        nameFilter(call.query),
      );
      const listing = page(
        inOwnOrder(inAskedDivision(rows, call), ({ id }) => id),
        { ...call, maxPageSize: MAX_PAGE_SIZE },
      );
      return { ...listing, entities: listing.entities.map((list) => withAskedSize(list, call)) };
    },
  },
  {
    method: 'GET',
    path: '/api/v2/outbound/contactlists/{id}',
    resource: 'contactLists',
    permissions: ['outbound:contactList:view'],
    handle: (call) => withAskedSize(byId(call.organisation.contactLists, call, 'contact list'), call),
  },
  {
    method: 'POST',
    path: '/api/v2/outbound/contactlists/{listId}/contacts/bulk',
    resource: 'contacts',
    permissions: ['outbound:contact:view'],
    handle: (call) => {
      const ids = bodyIds(call);
      const contacts = contactsOfList(call);
      const found = [...ids].map((id) => contacts.get(id)).filter((contact) => contact !== undefined);
      return inOwnOrder(found, ({ id }) => id).map((contact) =>
        call.organisation.contactAt(contact, call.atMs),
      );
    },
  },
  {
    method: 'GET',
    path: '/api/v2/outbound/contactlists/{listId}/contacts/{id}',
    resource: 'contacts',
    permissions: ['outbound:contact:view'],
    handle: (call) => {
      const contact = contactsOfList(call).get(param(call, 'id'));
      if (contact === undefined) throw notFound('contact');
      return call.organisation.contactAt(contact, call.atMs);
    },
  },
];

function filteredCampaigns(call: ApiCall): readonly Models.Campaign[] {
  const { query } = call;
  const named = withName(withIds(call.organisation.campaigns, query), query.get('name'), nameFilter(query));
  const contactListId = query.get('contactListId');
  const queueId = query.get('distributionQueueId');
  return inAskedDivision(named, call).filter(
    ({ contactList, queue }) =>
      (contactListId === null || sameCase(contactList.id ?? '') === sameCase(contactListId)) &&
      (queueId === null || sameCase(queue?.id ?? '') === sameCase(queueId)),
  );
}

function inAskedDivision<Row extends { readonly division?: Models.DomainEntityRef }>(
  rows: readonly Row[],
  { query }: ApiCall,
): readonly Row[] {
  const ids = new Set(values(query, 'divisionId').map(sameCase));
  return ids.size === 0 ? rows : rows.filter(({ division }) => ids.has(sameCase(division?.id ?? '')));
}

function inAskedOrder(campaigns: readonly Models.Campaign[], { query }: ApiCall): Models.Campaign[] {
  const steady = inOwnOrder(campaigns, ({ id }) => id);
  const sortBy = query.get('sortBy');
  if (sortBy === null) return steady;
  const textOf = CAMPAIGN_SORTS.get(sortBy);
  if (textOf === undefined) throw invalidValue('sortBy', sortBy);
  return sorted(steady, textOf, isDescending(query));
}

function contactsOfList(call: ApiCall): ReadonlyMap<string, Models.DialerContact> {
  const contacts = call.organisation.contacts.get(sameCase(param(call, 'listId')));
  if (contacts === undefined) throw notFound('contact list');
  return contacts;
}

/** Counting is expensive for the upstream, so the size is left out unless requested. */
function withAskedSize(list: Models.ContactList, { organisation, query }: ApiCall): Models.ContactList {
  const { size = organisation.contacts.get(list.id ?? '')?.size ?? 0, ...plain } = list;
  return query.get('includeSize') === 'true' ? { ...plain, size } : plain;
}

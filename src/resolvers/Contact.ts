import { campaigns } from '../datasources/campaigns.ts';
import { type ContactReference, contactsResource } from '../datasources/contacts.ts';
import type { DataSources } from '../loading/data-sources.ts';
import type { FieldTrace } from '../upstream/trace.ts';
import { fieldsLoadedBy, requiring } from '../lookahead/entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const contact = fieldsLoadedBy(
  contactsResource,
  (reference: ContactReference, { contacts }) => contacts.getOrLoad(reference),
  (references, { contacts }, _expand, field) => contacts.prefetch(references, field),
);

/** A contact's list may be known only from its campaign, which is then loaded in one batch with the others. */
const location = {
  getOrLoad(reference: ContactReference, { contacts }: DataSources) {
    const found = contacts.contactListOf(reference);
    return found instanceof Promise ? found.then((contactList) => ({ contactList })) : { contactList: found };
  },
  prefetch: (
    references: readonly ContactReference[],
    { contacts }: DataSources,
    _expand: readonly string[],
    field: FieldTrace | null,
  ) => contacts.prefetchLists(references, field),
  resource: campaigns,
  isBeside: true,
} as const;

export const Contact: TypeResolvers<'Contact'> = {
  name: contact.name,
  contactListId: requiring(location, (reference, _args, { sources }) => {
    const contactList = sources.contacts.contactListOf(reference);
    return contactList instanceof Promise ? contactList.then(({ id }) => id) : contactList.id;
  }),
  contactList: requiring(location, (reference, _args, { sources }) =>
    sources.contacts.contactListOf(reference),
  ),
  data: contact.field('data'),
  callable: contact.field('callable'),
  dateCreated: contact.field('dateCreated'),
  callRecords: contact.field('callRecords'),
};

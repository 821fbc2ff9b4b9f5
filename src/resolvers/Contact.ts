import { campaigns } from '../datasources/campaigns.ts';
import { type ContactReference, contactsResource } from '../datasources/contacts.ts';
import type { DataSources } from '../loading/data-sources.ts';
import type { FieldTrace } from '../upstream/trace.ts';
import { fieldsFoundBy, needing } from '../lookahead/entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const contact = fieldsFoundBy(
  contactsResource,
  (reference: ContactReference, { contacts }) => contacts.find(reference),
  (references, { contacts }, _parts, field) => contacts.prepare(references, field),
);

/** Where a contact is may be known only by its campaign, which is loaded with all others then. */
const location = {
  find(reference: ContactReference, { contacts }: DataSources) {
    const found = contacts.contactListOf(reference);
    return found instanceof Promise ? found.then((contactList) => ({ contactList })) : { contactList: found };
  },
  prepare: (
    references: readonly ContactReference[],
    { contacts }: DataSources,
    _parts: readonly string[],
    field: FieldTrace | null,
  ) => contacts.prepareLists(references, field),
  resource: campaigns,
  isBeside: true,
} as const;

export const Contact: TypeResolvers<'Contact'> = {
  name: contact.name,
  contactListId: needing(location, (reference, _args, { sources }) => {
    const contactList = sources.contacts.contactListOf(reference);
    return contactList instanceof Promise ? contactList.then(({ id }) => id) : contactList.id;
  }),
  contactList: needing(location, (reference, _args, { sources }) =>
    sources.contacts.contactListOf(reference),
  ),
  data: contact.field('data'),
  callable: contact.field('callable'),
  dateCreated: contact.field('dateCreated'),
  callRecords: contact.field('callRecords'),
};

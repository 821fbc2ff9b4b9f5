import type { ContactReference } from '../datasources/contacts.ts';
import { fieldsFoundBy } from './entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const contact = fieldsFoundBy((reference: ContactReference, { contacts }) => contacts.find(reference));

export const Contact: TypeResolvers<'Contact'> = {
  name: contact.name,
  contactListId: (reference, _args, { sources }) =>
    sources.contacts.contactListOf(reference).then(({ id }) => id),
  contactList: (reference, _args, { sources }) => sources.contacts.contactListOf(reference),
  data: contact.field('data'),
  callable: contact.field('callable'),
  dateCreated: contact.field('dateCreated'),
  callRecords: contact.field('callRecords'),
};

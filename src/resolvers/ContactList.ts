import { contactLists } from '../datasources/contact-lists.ts';
import { entityFields } from '../lookahead/entity-fields.ts';
import type { TypeResolvers } from './type-resolvers.ts';

const contactList = entityFields(contactLists, (sources) => sources.contactLists);

export const ContactList: TypeResolvers<'ContactList'> = {
  nodeId: contactList.nodeId,
  name: contactList.name,
  columnNames: contactList.field('columnNames'),
  size: contactList.field('size', 'size'),
  division: contactList.field('division'),
};

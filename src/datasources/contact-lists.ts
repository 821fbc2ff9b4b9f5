import type { Models } from 'purecloud-platform-client-v2';
import { listingById } from './resource.ts';
import { EntityRecord } from './wire/wire-record.ts';

class ContactListRecord extends EntityRecord<Models.ContactList> {
  get columnNames() {
    return this.texts('columnNames');
  }
  get size() {
    return this.integer('size');
  }
  get division() {
    return this.reference('division');
  }
}

export const contactLists = listingById({
  name: 'contactLists',
  type: 'ContactList',
  permissions: ['outbound:contactList:view'],
  ttl: { name: 'CONTACT_LIST', seconds: 60 },
  root: 'contactList',
  federated: { key: ['id'] },
  cardinalities: {
    contactListsPerList: {
      most: 2,
      meaning: 'contact lists that the contacts of a list are in',
      perList: 'Contact.contactList',
    },
  },
  path: '/api/v2/outbound/contactlists',
  maxIds: 100,
  expand: [{ name: 'size', query: ['includeSize', 'true'] }],
  Entity: ContactListRecord,
});

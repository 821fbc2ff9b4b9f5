import type { Models } from 'purecloud-platform-client-v2';
import type { Reference } from './wire/reference.ts';
import { bareArray } from './listing-envelope.ts';
import { isSaid, postOfIds, type Resource } from './resource.ts';
import { contactId } from './wire/ids.ts';
import { contactNodeId } from './wire/node-id.ts';
import type { Origin } from './wire/origin.ts';
import { EntityRecord, isObject, mapped, WireRecord } from './wire/wire-record.ts';

/** Personal data. */
export class ContactRecord extends EntityRecord<Models.DialerContact> {
  get data() {
    return this.json('data');
  }
  get callable() {
    return this.flag('callable');
  }
  get dateCreated() {
    return this.dateTime('dateCreated');
  }
  /** Call records as a list; the upstream has a map from column to record. */
  get callRecords() {
    const records = this.nested('callRecords');
    return (
      records &&
      mapped(Object.entries(records), ([column, value]: [string, unknown]) => {
        const row = this.checked(value, isObject);
        return row && new CallRecordRecord(row, this.origin, column);
      })
    );
  }
}

export class CallRecordRecord extends WireRecord<Models.CallRecord> {
  readonly column: string;

  constructor(row: object, origin: Origin, column: string) {
    super(row, origin);
    this.column = column;
  }

  get lastAttempt() {
    return this.dateTime('lastAttempt');
  }
  get lastResult() {
    return this.text('lastResult');
  }
}

/** Reference to a contact. Its id is valid only within its contact list, which the reference may not name. */
export interface ContactReference extends Reference {
  readonly nodeId: string;
  /** Contact list; null when it is not known without a call. */
  readonly contactList: Reference | null;
  /** Campaign that names the contact list otherwise; null where no campaign is involved. */
  readonly campaignId: string | null;
  /** Origin of the reference; null where no answer has it, and then the contact list is known. */
  readonly origin: Origin | null;
}

/** Reference to a contact of which only its id and its list's id are known. */
export function contactIn(contactListId: string, id: string): ContactReference {
  const contactList = { id: contactListId, ownName: null, selfUri: null };
  return {
    id,
    ownName: null,
    selfUri: null,
    nodeId: contactNodeId('Contact', contactListId, id),
    contactList,
    campaignId: null,
    origin: null,
  };
}

/** Largest batch: undocumented; 100 is the safe choice. */
const facts = {
  name: 'contacts',
  type: 'Contact',
  permissions: ['outbound:contact:view'],
  ttl: { name: 'CONTACT', seconds: 15 },
  maxIds: 100,
  ids: contactId,
  // Columns are the customer's own, such as account numbers.
  exactNumbers: true,
  isPersonal: true,
  federated: { key: ['contactListId', 'id'] },
} as const;

export const contactsResource = { ...facts, expand: [], within } as const;

/** Contacts of one list. A 404 concerns the list or a single contact. */
function within(contactListId: string): Resource<ContactRecord> {
  return postOfIds({
    ...facts,
    path: `/api/v2/outbound/contactlists/${encodeURIComponent(contactListId)}/contacts/bulk`,
    rows: bareArray,
    // A row that names another list is a contact that was not requested.
    idOf: ({ id, contactListId: said }: { id?: unknown; contactListId?: unknown }) =>
      isSaid(said, contactListId) ? id : undefined,
    absentOn404: true,
    Entity: ContactRecord,
  });
}

import type { Models } from 'purecloud-platform-client-v2';
import type { Reference } from './wire/reference.ts';
import { bareArray, postOfIds, type Resource } from './resource.ts';
import type { Origin } from './wire/origin.ts';
import { EntityRecord, isObject, mapped, WireRecord } from './wire/wire-record.ts';

/** Personal data. */
export class ContactRecord extends EntityRecord<Models.DialerContact> {
  get data() {
    return this.nested('data');
  }
  get callable() {
    return this.flag('callable');
  }
  get dateCreated() {
    return this.dateTime('dateCreated');
  }
  /** The upstream's map from column to record, as a list. */
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

/** A contact as somebody refers to it. Its id means something only within its contact list, which the reference may not name. */
export interface ContactReference extends Reference {
  /** The contact list, as far as it is known without a call. */
  readonly contactList: Reference | null;
  /** The campaign that knows the contact list otherwise; null where no campaign is involved. */
  readonly campaignId: string | null;
  /** The answer in which the contact was referred to; null where it was none, and then the contact list is known. */
  readonly origin: Origin | null;
}

/** A contact of which no more is known than its id and its list's. */
export function contactIn(contactListId: string, id: string): ContactReference {
  const contactList = { id: contactListId, ownName: null, selfUri: null };
  return { id, ownName: null, selfUri: null, contactList, campaignId: null, origin: null };
}

/** Largest batch: undocumented, 100 is the safe reading. */
export const contactsResource = { name: 'contacts', maxIds: 100 } as const;

/** 404 is about the contact list, or about a single contact. */
export function contactsOf(contactListId: string): Resource<ContactRecord> {
  return postOfIds({
    ...contactsResource,
    type: 'Contact',
    permissions: ['outbound:contact:view'],
    ttl: 'CONTACT',
    path: `/api/v2/outbound/contactlists/${encodeURIComponent(contactListId)}/contacts/bulk`,
    rows: bareArray,
    // A row that says it is of another list is of a contact that nobody asked for.
    idOf: ({ id, contactListId: said }: { id?: unknown; contactListId?: unknown }) =>
      (said ?? contactListId) === contactListId ? id : undefined,
    absentOn404: true,
    Entity: ContactRecord,
  });
}

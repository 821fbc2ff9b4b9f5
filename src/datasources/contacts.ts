import type { Models } from 'purecloud-platform-client-v2';
import { UnknownValueError } from '../errors.ts';
import type { CampaignRecord } from './campaigns.ts';
import { EntityLoader, type LoaderContext } from './loading/entity-loader.ts';
import type { Reference } from './wire/reference.ts';
import { bareArray, postOfIds, type Resource } from './loading/resource.ts';
import type { Origin } from './wire/origin.ts';
import { EntityRecord, isObject, WireRecord } from './wire/wire-record.ts';

/** Personal data. */
class ContactRecord extends EntityRecord<Models.DialerContact> {
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
      Object.entries(records).flatMap(([column, value]: [string, unknown]) => {
        const row = this.checked(value, isObject);
        return row === null ? [] : new CallRecordRecord(row, this.origin, column);
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
  /** The answer in which the contact was referred to. */
  readonly origin: Origin;
}

/** A contact that was found by its own id and its list's. */
class FoundContact implements ContactReference {
  readonly contactList: Reference;
  readonly campaignId = null;
  readonly #contact: ContactRecord;

  constructor(contact: ContactRecord, contactListId: string) {
    this.#contact = contact;
    this.contactList = { id: contactListId, ownName: null, selfUri: null };
  }

  get id() {
    return this.#contact.id;
  }
  get ownName() {
    return this.#contact.ownName;
  }
  get selfUri() {
    return this.#contact.selfUri;
  }
  get origin() {
    return this.#contact.origin;
  }
}

/** Largest batch: undocumented, 100 is the safe reading. 404 is about the contact list, or about a single contact. */
function contactsOf(contactListId: string): Resource<ContactRecord> {
  return postOfIds({
    name: 'contacts',
    type: 'Contact',
    permissions: ['outbound:contact:view'],
    path: `/api/v2/outbound/contactlists/${encodeURIComponent(contactListId)}/contacts/bulk`,
    maxIds: 100,
    rows: bareArray,
    // A row that says it is of another list is of a contact that nobody asked for.
    idOf: ({ id, contactListId: said }: { id?: unknown; contactListId?: unknown }) =>
      (said ?? contactListId) === contactListId ? id : undefined,
    absentOn404: true,
    Entity: ContactRecord,
  });
}

/** Contacts are asked for list by list, so there is a loader for each contact list. */
export class Contacts {
  readonly #context: LoaderContext;
  readonly #campaigns: EntityLoader<CampaignRecord>;
  readonly #byList = new Map<string, EntityLoader<ContactRecord>>();

  constructor(context: LoaderContext, campaigns: EntityLoader<CampaignRecord>) {
    this.#context = context;
    this.#campaigns = campaigns;
  }

  /** Null when the upstream does not know the contact, or not the list. */
  load(contactListId: string, id: string): Promise<ContactRecord | null> {
    let loader = this.#byList.get(contactListId);
    if (loader === undefined) {
      loader = new EntityLoader(contactsOf(contactListId), this.#context);
      this.#byList.set(contactListId, loader);
    }
    return loader.load(id);
  }

  /** The same as something that can be referred to by itself, with the list that it was found in. */
  async named(contactListId: string, id: string): Promise<ContactReference | null> {
    const contact = await this.load(contactListId, id);
    return contact && new FoundContact(contact, contactListId);
  }

  /** The contact that a reference refers to; see `load` and `contactListOf`. */
  async find(contact: ContactReference): Promise<ContactRecord | null> {
    const contactList = contact.contactList ?? (await this.contactListOf(contact));
    return this.load(contactList.id, contact.id);
  }

  /**
   * The list that the contact is in: known without a call, or else from its campaign. Rejects with an
   * `UnknownValueError` when it cannot be known; it is never guessed.
   */
  async contactListOf(contact: ContactReference): Promise<Reference> {
    if (contact.contactList !== null) return contact.contactList;
    try {
      const campaign = contact.campaignId === null ? null : await this.#campaigns.load(contact.campaignId);
      if (campaign?.contactList) return campaign.contactList;
    } catch (error) {
      // It failed for the campaign, but what is not known of is the contact.
      throw error instanceof UnknownValueError
        ? new UnknownValueError(error.reason, 'Contact', contact.id, true)
        : error;
    }
    throw new UnknownValueError(contact.origin.answer.fault('contactList'), 'Contact', contact.id);
  }
}

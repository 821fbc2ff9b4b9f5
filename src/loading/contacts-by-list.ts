import type { CampaignRecord } from '../datasources/campaigns.ts';
import type { ContactRecord, ContactReference } from '../datasources/contacts.ts';
import { CONTACT_OF_CAMPAIGN, contactNodeId } from '../datasources/wire/node-id.ts';
import type { Reference } from '../datasources/wire/reference.ts';
import { orNull } from '../datasources/wire/wire-record.ts';
import { UnknownValueError } from '../errors.ts';
import type { FieldTrace } from '../upstream/trace.ts';
import { answered, EntityLoader, type LoaderContext } from './entity-loader.ts';
import type { EntitySources } from './entity-sources.ts';

/** A contact that was found by its own id and its list's id. */
class FoundContact implements ContactReference {
  readonly contactList: Reference;
  readonly campaignId: string | null;
  readonly #contact: ContactRecord;

  /** `campaignId` is that of the campaign whose contact list it is, where the contact was asked for by it. */
  constructor(contact: ContactRecord, contactList: Reference, campaignId: string | null) {
    this.#contact = contact;
    this.contactList = contactList;
    this.campaignId = campaignId;
  }

  get nodeId() {
    return this.campaignId === null
      ? contactNodeId('Contact', this.contactList.id, this.id)
      : contactNodeId(CONTACT_OF_CAMPAIGN, this.campaignId, this.id);
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

/** Loaders of contacts, one per contact list, because a call is for the contacts of one list. */
export class ContactsByList {
  readonly #shared: EntitySources<ContactRecord>;
  #context: LoaderContext;
  readonly #campaigns: EntityLoader<CampaignRecord>;
  readonly #byList = new Map<string, EntityLoader<ContactRecord>>();

  constructor(
    shared: EntitySources<ContactRecord>,
    context: LoaderContext,
    campaigns: EntityLoader<CampaignRecord>,
  ) {
    this.#shared = shared;
    this.#context = context;
    this.#campaigns = campaigns;
  }

  /** Like `EntityLoader.load`, but gives a reference with the list that the contact was found in. */
  async named(
    contactListId: string,
    id: string,
    field: FieldTrace | null = null,
  ): Promise<ContactReference | null> {
    const contact = await this.#loaderOf(contactListId).load(id, [], Infinity, field);
    return contact && new FoundContact(contact, { id: contactListId, ownName: null, selfUri: null }, null);
  }

  /**
   * Like `named`, for a contact of the list that a campaign dials. Null, too, when the campaign is unknown. Rejects with an
   * `UnknownValueError` when the campaign names no list: the contact may be there all the same.
   */
  async namedInCampaign(
    campaignId: string,
    id: string,
    field: FieldTrace | null = null,
  ): Promise<ContactReference | null> {
    try {
      const campaign = await this.#campaigns.load(campaignId, [], Infinity, field);
      if (campaign === null) return null;
      const { contactList, origin } = campaign;
      if (contactList === null) {
        throw new UnknownValueError(origin.answer.fault('contactList'), 'Contact', id);
      }
      const contact = await this.#loaderIn(contactList).load(id, [], Infinity, field);
      return contact && new FoundContact(contact, contactList, campaignId);
    } catch (error) {
      throw ofContact(error, id);
    }
  }

  /** Contact that a reference refers to; see `EntityLoader.getOrLoad` and `contactListOf`. */
  getOrLoad(
    contact: ContactReference,
    field: FieldTrace | null = null,
  ): ContactRecord | null | Promise<ContactRecord | null> {
    if (contact.refusal !== undefined) throw contact.refusal;
    const contactList = this.contactListOf(contact, field);
    return contactList instanceof Promise
      ? contactList.then((list) => this.#loaderIn(list).load(contact.id, [], Infinity, field))
      : this.#findIn(contactList, contact.id, field);
  }

  /** Like `EntityLoader.prefetch`. */
  prefetch(contacts: readonly ContactReference[], field: FieldTrace | null): Promise<unknown> | undefined {
    const loads: Promise<unknown>[] = [];
    const byList = new Map<string, ContactReference[]>();
    for (const contact of contacts) {
      if (contact.refusal !== undefined) continue;
      // Fast path: nearly all references name their list, and a screen has hundreds.
      const contactList = contact.contactList ?? orNull(() => this.contactListOf(contact, field));
      // `getOrLoad` throws the reason why the list cannot be known.
      if (contactList instanceof Promise) loads.push(contactList.then(() => this.getOrLoad(contact, field)));
      else if (contactList !== null && contactList.refusal === undefined) {
        const others = byList.get(contactList.id);
        if (others === undefined) byList.set(contactList.id, [contact]);
        else others.push(contact);
      }
    }
    for (const [contactListId, some] of byList) {
      const load = this.#loaderOf(contactListId).prefetch(some, [], field);
      if (load !== undefined) loads.push(load);
    }
    return loads.length === 0 ? undefined : Promise.allSettled(loads);
  }

  /** Loads what `contactListOf` will need. Failures are thrown there. */
  prefetchLists(
    contacts: readonly ContactReference[],
    field: FieldTrace | null,
  ): Promise<unknown> | undefined {
    const lists = contacts.map((contact) => orNull(() => this.contactListOf(contact, field)));
    const loads = lists.filter((list) => list instanceof Promise);
    return loads.length === 0 ? undefined : Promise.allSettled(loads);
  }

  /**
   * Contact list of a contact: known without a call, or else taken from its campaign.
   *
   * @throws UnknownValueError, or rejects with one, when the list cannot be known; it is never guessed.
   */
  contactListOf(contact: ContactReference, field: FieldTrace | null = null): Reference | Promise<Reference> {
    if (contact.contactList !== null) return contact.contactList;
    if (contact.campaignId === null) throw contactListUnknown(contact);
    try {
      const campaign = this.#campaigns.known(contact.campaignId);
      return campaign === undefined
        ? this.#contactListOf(contact, contact.campaignId, field)
        : contactListFrom(campaign, contact);
    } catch (error) {
      throw ofContact(error, shownIdOf(contact));
    }
  }

  async #contactListOf(
    contact: ContactReference,
    campaignId: string,
    field: FieldTrace | null,
  ): Promise<Reference> {
    try {
      return contactListFrom(await this.#campaigns.load(campaignId, [], Infinity, field), contact);
    } catch (error) {
      throw ofContact(error, shownIdOf(contact));
    }
  }

  /** Like `EntityLoader.release`. */
  release(): void {
    this.#context = answered;
    for (const loader of this.#byList.values()) loader.release();
  }

  #findIn(
    contactList: Reference,
    id: string,
    field: FieldTrace | null,
  ): ContactRecord | null | Promise<ContactRecord | null> {
    const loader = this.#loaderIn(contactList);
    const known = loader.known(id);
    return known === undefined ? loader.load(id, [], Infinity, field) : known;
  }

  /** @throws UnknownValueError when no call may carry the list's id. */
  #loaderIn({ id, refusal }: Reference): EntityLoader<ContactRecord> {
    if (refusal !== undefined) throw refusal;
    return this.#loaderOf(id);
  }

  #loaderOf(contactListId: string): EntityLoader<ContactRecord> {
    let loader = this.#byList.get(contactListId);
    if (loader === undefined) {
      loader = new EntityLoader(this.#shared, this.#context, contactListId);
      this.#byList.set(contactListId, loader);
    }
    return loader;
  }
}

function contactListFrom(campaign: CampaignRecord | null, contact: ContactReference): Reference {
  if (campaign?.contactList) return campaign.contactList;
  throw contactListUnknown(contact);
}

/** Errors by reference, because many fields can read one. */
const unknownLists = new WeakMap<ContactReference, UnknownValueError>();

function contactListUnknown(contact: ContactReference): UnknownValueError {
  if (contact.origin === null) throw new TypeError('A contact reference without an origin names its list.');
  const error =
    unknownLists.get(contact) ??
    new UnknownValueError(contact.origin.answer.fault('contactList'), 'Contact', shownIdOf(contact));
  unknownLists.set(contact, error);
  return error;
}

/** Error of the contact for an error of its campaign, which could not be loaded or read. */
function ofContact(error: unknown, id: string | null): unknown {
  return error instanceof UnknownValueError && error.type !== 'Contact'
    ? new UnknownValueError(error.reason, 'Contact', id, true)
    : error;
}

/** Null for an id that cannot be shown. */
function shownIdOf(contact: ContactReference): string | null {
  return orNull(() => contact.id);
}

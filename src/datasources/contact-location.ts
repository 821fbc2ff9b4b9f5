import type { ParticipantRecord } from './conversations.ts';
import { isId } from './wire/ids.ts';
import type { Reference } from './wire/reference.ts';
import { orNull } from './wire/wire-record.ts';

/** `/outbound/contactlists/{id}/contacts/{id}` at the end: likely but unconfirmed, so it is taken only where it names the same contact. */
const LISTS = '/outbound/contactlists/';
const CONTACTS = '/contacts/';

interface DialerAttributes {
  readonly dialerContactId?: unknown;
  readonly dialerContactListId?: unknown;
}

/**
 * The contact list that an interaction says its contact is in, without a call; null when it does not say. Looked for in
 * the order of trust: the reference's own URI, the dialer's attributes of a participant, the preview of a callback.
 */
export function contactListIn(
  contact: Reference,
  interaction: { readonly participants: readonly ParticipantRecord[] },
): Reference | null {
  const id = fromUri(contact) ?? fromParticipants(contact.id, interaction.participants);
  return id === null ? null : { id, ownName: null, selfUri: null };
}

function fromParticipants(contactId: string, participants: readonly ParticipantRecord[]): string | null {
  return fromAttributes(contactId, participants) ?? fromPreviews(contactId, participants);
}

function fromUri({ id, selfUri }: Reference): string | null {
  if (selfUri === null) return null;
  // Without regular expression: a screen has hundreds of them.
  const end = selfUri.endsWith('/') ? selfUri.length - 1 : selfUri.length;
  const contactsAt = selfUri.lastIndexOf(CONTACTS, end - CONTACTS.length);
  const listsAt = selfUri.lastIndexOf(LISTS, contactsAt);
  if (contactsAt === -1 || listsAt === -1) return null;
  const contactId = selfUri.slice(contactsAt + CONTACTS.length, end);
  // Ids are compared in the form in which they stand in URIs: decoding what somebody else encoded can fail.
  if (contactId !== id && contactId !== encodeURIComponent(id)) return null;
  return idOrNull(selfUri.slice(listsAt + LISTS.length, contactsAt));
}

function fromAttributes(contactId: string, participants: readonly ParticipantRecord[]): string | null {
  for (const participant of participants) {
    const attributes: DialerAttributes = orNull(() => participant.attributes) ?? {};
    if (isSameOrUnsaid(attributes.dialerContactId, contactId)) {
      const contactListId = idOrNull(attributes.dialerContactListId);
      if (contactListId !== null) return contactListId;
    }
  }
  return null;
}

function fromPreviews(contactId: string, participants: readonly ParticipantRecord[]): string | null {
  for (const participant of participants) {
    for (const callback of orNull(() => participant.callbacks) ?? []) {
      const contactListId = orNull(() => {
        const preview = callback.dialerPreview;
        return preview && isSameOrUnsaid(preview.contactId, contactId) ? preview.contactListId : null;
      });
      if (isId(contactListId)) return contactListId;
    }
  }
  return null;
}

/** An interaction can have participants of other calls' contacts; one that names another contact says nothing of this one. */
function isSameOrUnsaid(said: unknown, contactId: string): boolean {
  return said === undefined || said === null || said === contactId;
}

function idOrNull(value: unknown): string | null {
  return isId(value) ? value : null;
}

import type { ParticipantRecord } from './conversations.ts';
import { isId } from './wire/ids.ts';
import type { Reference } from './wire/reference.ts';
import { orNull } from './wire/wire-record.ts';

/** A URI likely ends in `/outbound/contactlists/{id}/contacts/{id}`. Unconfirmed, so it must name the same contact. */
const LISTS = '/outbound/contactlists/';
const CONTACTS = '/contacts/';

interface DialerAttributes {
  readonly dialerContactId?: unknown;
  readonly dialerContactListId?: unknown;
}

/**
 * Contact list of an interaction's contact, found without a call; null when the interaction does not name it. Sources, most
 * trusted first: the reference's URI, the dialer's attributes of a participant, the preview of a callback.
 */
export function contactListIn(
  contact: Reference,
  interaction: { readonly participants: readonly ParticipantRecord[] },
): Reference | null {
  const contactId = orNull(() => contact.id);
  const id = fromUri(contactId, contact.selfUri) ?? fromParticipants(contactId, interaction.participants);
  return id === null ? null : { id, ownName: null, selfUri: null };
}

function fromParticipants(
  contactId: string | null,
  participants: readonly ParticipantRecord[],
): string | null {
  return fromAttributes(contactId, participants) ?? fromPreviews(contactId, participants);
}

function fromUri(id: string | null, selfUri: string | null): string | null {
  if (id === null || selfUri === null) return null;
  // No regular expression, for speed: a screen has hundreds of URIs. A contact's id may itself look like the end of one.
  const listsAt = selfUri.indexOf(LISTS);
  if (listsAt === -1) return null;
  const listAt = listsAt + LISTS.length;
  const contactsAt = selfUri.indexOf('/', listAt);
  if (contactsAt === -1 || !selfUri.startsWith(CONTACTS, contactsAt)) return null;
  const written = selfUri.slice(contactsAt + CONTACTS.length);
  return isWritten(id, written) || (written.endsWith('/') && isWritten(id, written.slice(0, -1)))
    ? idOrNull(selfUri.slice(listAt, contactsAt))
    : null;
}

/** True when a URI writes the id so: as it is, or percent-encoded in one of the ways that other systems have. */
function isWritten(id: string, written: string): boolean {
  if (written === id) return true;
  if (!written.includes('%') && !written.includes('+')) return false;
  try {
    return decodeURIComponent(written) === id || decodeURIComponent(written.replaceAll('+', ' ')) === id;
  } catch {
    return false;
  }
}

function fromAttributes(contactId: string | null, participants: readonly ParticipantRecord[]): string | null {
  for (const participant of participants) {
    const attributes: DialerAttributes = orNull(() => participant.allAttributes) ?? {};
    if (isSameOrUnsaid(attributes.dialerContactId, contactId)) {
      const contactListId = idOrNull(attributes.dialerContactListId);
      if (contactListId !== null) return contactListId;
    }
  }
  return null;
}

function fromPreviews(contactId: string | null, participants: readonly ParticipantRecord[]): string | null {
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

/** False for a row of another contact: an interaction can have participants of other calls' contacts. */
function isSameOrUnsaid(said: unknown, contactId: string | null): boolean {
  return said === undefined || said === null || said === contactId;
}

function idOrNull(value: unknown): string | null {
  return isId(value) ? value : null;
}

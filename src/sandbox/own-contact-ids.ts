import type { Models } from 'purecloud-platform-client-v2';

import type { Organisation } from './organisation.ts';

type Contact = Models.DialerContact;

/** Ids that occur once in each list: the shortest, the longest, and those that a path cannot hold. */
const ONCE = ['.', '..', '7', 'x'.repeat(512), '%2e%2e', '../users', '__proto__', 'null'];

/** Forms of the ids that customers give their contacts, by the contact's place in its list. */
const FORMS: readonly ((contact: Contact, place: number) => string)[] = [
  ({ data }) => data['Phone'] ?? '',
  ({ data }) => data['Email'] ?? '',
  (_, place) => String(place),
  ({ data }, place) => `${data['FirstName']} ${data['LastName']} ${place}`,
  (_, place) => `north/east/${place}`,
  (_, place) => `Müller-Łódź № ${place}`,
  ({ id = '' }) => id.replaceAll('-', ''),
  ({ id = '' }) => id.toUpperCase(),
  (_, place) => `a,b;c=${place}&d?e#f"g'h\\i%20j+k`,
  (_, place) => ` ${place} `,
];

/** The same organisation, whose contacts have ids of the customer's own. */
export function withOwnContactIds(organisation: Organisation): Organisation {
  const contacts = new Map<string, ReadonlyMap<string, Contact>>();
  const ownIds = new Map<string, string>();
  const originals = new Map<Contact, { contact: Contact; own: Pick<Contact, 'id' | 'selfUri'> }>();
  for (const [listId, ofList] of organisation.contacts) {
    const rows = [...ofList.values()].map((contact, place) => {
      const id = ONCE[place] ?? FORMS[place % FORMS.length]?.(contact, place) ?? '';
      ownIds.set(contact.id ?? '', id);
      const own = { id, selfUri: selfUri(listId, id) };
      const owned = { ...contact, ...own };
      originals.set(owned, { contact, own });
      return owned;
    });
    contacts.set(listId, new Map(rows.map((contact) => [contact.id, contact])));
  }
  const renamed = <Value>(value: Value) => withIds(value, ownIds);
  return {
    ...organisation,
    contacts,
    contactAt: (owned, atMs) => {
      const { contact, own } = originals.get(owned) ?? { contact: owned, own: {} };
      return { ...organisation.contactAt(contact, atMs), ...own };
    },
    interactions: (campaignId, atMs) => renamed(organisation.interactions(campaignId, atMs)),
    conversations: (conversationId, atMs) => renamed(organisation.conversations(conversationId, atMs)),
  };
}

/** Copy with the new ids wherever an old one stands: alone, or at the end of a link. */
function withIds<Value>(value: Value, ownIds: ReadonlyMap<string, string>): Value {
  if (value === undefined) return value;
  return JSON.parse(JSON.stringify(value), (_key, text: unknown) => {
    if (typeof text !== 'string') return text;
    const [, listId, ofList] = /\/contactlists\/([^/]+)\/contacts\/(.+)$/.exec(text) ?? [];
    if (listId === undefined) return ownIds.get(text) ?? text;
    return selfUri(listId, ownIds.get(ofList ?? '') ?? '');
  });
}

function selfUri(listId: string, id: string): string {
  return `/api/v2/outbound/contactlists/${listId}/contacts/${encodeURIComponent(id)}`;
}

import type { Models } from 'purecloud-platform-client-v2';

import { generatedDate, refOf } from './generate-people.ts';
import { at, integerBetween, pick, randomFor, stableId, type Random } from './random.ts';

const LISTS: readonly (readonly [name: string, size: number])[] = [
  ['Spring offer', 2400],
  ['Contracts ending', 1500],
  ['Open invoices', 1200],
  ['Survey panel', 400],
  ['Deliveries', 600],
  ['Contracts ended', 300],
];
const COLUMNS = ['FirstName', 'LastName', 'Phone', 'Email', 'City', 'CustomerSince', 'OpenAmount'];
/** Names that cannot be mistaken for real people. */
const FIRST_NAMES = 'Ada Basil Cora Dexter Elsie Floyd Gilda Hugo Ilsa Jasper Kitty Lionel Maud Ned'.split(
  ' ',
);
const LAST_NAMES = 'Example Sample Placeholder Fictional Specimen Pretend Imaginary Template Dummy'.split(
  ' ',
);
const CITIES = ['Nowhere', 'Springdale', 'Lakeview', 'Utopia', 'Erewhon'];
const RESULTS = [
  'disposition.classification.callable.noanswer',
  'disposition.classification.callable.busy',
  'disposition.classification.callable.machine',
  'disposition.classification.callable.person',
];

type Contacts = ReadonlyMap<string, Models.DialerContact>;

export function generateContactLists(
  seed: number,
  divisions: readonly Models.AuthzDivision[],
): Models.ContactList[] {
  return LISTS.map(([name, size], index) => {
    const id = stableId(seed, 'contact list', index);
    return {
      id,
      name,
      division: refOf(at(divisions, index)),
      columnNames: [...COLUMNS],
      phoneColumns: [{ columnName: 'Phone', type: 'cell' }],
      size,
      dateCreated: generatedDate(50_000 + index),
      selfUri: `/api/v2/outbound/contactlists/${id}`,
    };
  });
}

export function generateContacts(
  seed: number,
  lists: readonly Models.ContactList[],
): ReadonlyMap<string, Contacts> {
  return new Map(
    lists.map(({ id: listId = '', size = 0 }) => {
      // One generator per list: one per contact would take longer than everything else.
      const random = randomFor(seed, 'contacts', listId);
      const contacts = Array.from({ length: size }, (_, index) =>
        generateContact(random, seed, listId, index),
      );
      return [listId, new Map(contacts.map((contact) => [contact.id ?? '', contact]))];
    }),
  );
}

function generateContact(random: Random, seed: number, listId: string, index: number): Models.DialerContact {
  const id = stableId(seed, 'contact', listId, index);
  const firstName = pick(random, FIRST_NAMES);
  const lastName = pick(random, LAST_NAMES);
  const callable = random() < 0.93;
  // 555-0100 to 555-0199 are reserved for fiction.
  const phone = `+1${201 + (Math.floor(index / 100) % 700)}55501${String(index % 100).padStart(2, '0')}`;
  return {
    id,
    name: `${firstName} ${lastName}`,
    contactListId: listId,
    data: {
      FirstName: firstName,
      LastName: lastName,
      Phone: phone,
      Email: `${firstName}.${lastName}.${index}@example.org`.toLowerCase(),
      City: pick(random, CITIES),
      CustomerSince: String(integerBetween(random, 2009, 2025)),
      OpenAmount: (integerBetween(random, 0, 90_000) / 100).toFixed(2),
    },
    callable,
    phoneNumberStatus: { Phone: { callable } },
    ...(random() < 0.6 && {
      callRecords: {
        Phone: {
          lastAttempt: generatedDate(integerBetween(random, 60, 20_000)),
          lastResult: pick(random, RESULTS),
        },
      },
    }),
    dateCreated: generatedDate(30_000),
    selfUri: `/api/v2/outbound/contactlists/${listId}/contacts/${id}`,
  };
}

import type { Models } from 'purecloud-platform-client-v2';
import { generateContactLists, generateContacts } from '../../src/sandbox/generate-contacts.ts';
import { generateDivisions, generateUsers } from '../../src/sandbox/generate-people.ts';
import { generateQueues, generateScripts, generateSkills } from '../../src/sandbox/generate-routing.ts';
import { at } from '../../src/sandbox/random.ts';
import { campaignIds, SEED } from '../upstream/campaigns.ts';
import { generateRows } from '../upstream/generate-rows.ts';

/** Kinds of large answers: a long list, and bulk answers whose hundred rows are large. */
export const kinds = ['interactions', 'users', 'contacts'] as const;
export type Kind = (typeof kinds)[number];

/** Answers of the upstream by the end of their path. */
export type Bodies = Readonly<Record<'/interactions' | '/users' | '/bulk', Buffer>>;

const ROWS = 100;
const MB = 1024 * 1024;

const divisions = generateDivisions(SEED);
const skills = generateSkills(SEED);
const users = [0, 1, 2, 3].flatMap((n) => generateUsers(SEED + n, divisions, skills)).slice(0, ROWS);
const contactLists = generateContactLists(SEED, divisions);
const contactListId = at(contactLists, 0).id ?? '';
const contacts = [...(generateContacts(SEED, contactLists).get(contactListId)?.values() ?? [])].slice(
  0,
  ROWS,
);
const parts = {
  campaign: { id: at(campaignIds, 0), name: 'Large', contactList: { id: contactListId } } as Models.Campaign,
  agents: users,
  contacts,
  queues: generateQueues(SEED, divisions),
  skills,
  scripts: generateScripts(SEED, divisions),
  isNamed: true,
};

/** Answers of which that of this kind has about so many MB, and the others are of the usual size. */
export function bodiesOf(kind: Kind, megabytes: number): Bodies {
  const bytes = megabytes * MB;
  const sizeOfRow = bytesOf(generateRows(parts, ROWS)).length / ROWS;
  const pad = (rows: readonly object[]) => Math.max(0, bytes - bytesOf(rows).length) / rows.length;
  const ofUsers = kind === 'users' ? pad(users) : 0;
  const ofContacts = kind === 'contacts' ? pad(contacts) : 0;
  const rows = kind === 'interactions' ? Math.max(ROWS, Math.floor(bytes / sizeOfRow)) : ROWS;
  return {
    // Without its campaign, so that one answer serves all campaigns.
    '/interactions': bytesOf({ ...generateRows(parts, rows), campaign: undefined }),
    '/users': bytesOf({ entities: users.map((user) => ({ ...user, addresses: addresses(ofUsers) })) }),
    '/bulk': bytesOf(
      contacts.map((contact) => ({ ...contact, data: { ...contact.data, ...columns(ofContacts) } })),
    ),
  };
}

function addresses(bytes: number): Models.Contact[] {
  const address = { address: 'somebody@example.com', mediaType: 'EMAIL', type: 'WORK' };
  return Array.from({ length: Math.floor(bytes / bytesOf(address).length) }, () => address);
}

function columns(bytes: number): Record<string, string> {
  const value = 'what the customer keeps in this column';
  const length = Math.floor(bytes / (value.length + 15));
  return Object.fromEntries(Array.from({ length }, (_, index) => [`Column${index}`, value]));
}

function bytesOf(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

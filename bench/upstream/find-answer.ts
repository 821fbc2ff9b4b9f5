import type { PreparedAnswers, PreparedEntities, PreparedEntity } from './prepared-answers.ts';

export interface FoundAnswer {
  readonly resource: string;
  /** Null when the upstream does not know the id. */
  readonly body: Buffer | null;
}

/** Page size of a listing without `pageSize`. */
const DEFAULT_PAGE_SIZE = 25;

const BULK_CONTACTS = /^\/api\/v2\/outbound\/contactlists\/([^/]+)\/contacts\/bulk$/;
const INTERACTIONS = /^\/api\/v2\/outbound\/campaigns\/([^/]+)\/interactions$/;
const SCRIPT = /^\/api\/v2\/scripts\/([^/]+)$/;
const LISTINGS = new Map<string, 'users' | 'campaigns' | 'queues' | 'skills'>([
  ['/api/v2/users', 'users'],
  ['/api/v2/outbound/campaigns', 'campaigns'],
  ['/api/v2/routing/queues', 'queues'],
  ['/api/v2/routing/skills', 'skills'],
]);

/** Answer to a GET; null for other paths. */
export function findRead(answers: PreparedAnswers, path: string, query: string): FoundAnswer | null {
  const listed = LISTINGS.get(path);
  if (listed !== undefined) return { resource: listed, body: listing(answers[listed], query) };
  const [, campaign] = INTERACTIONS.exec(path) ?? [];
  if (campaign !== undefined) {
    return { resource: 'campaignInteractions', body: answers.interactions.get(campaign) ?? null };
  }
  const [, script] = SCRIPT.exec(path) ?? [];
  if (script !== undefined) {
    return { resource: 'scripts', body: answers.scripts.get(script)?.bytes ?? null };
  }
  return null;
}

/** Answer to a POST of ids; null for other paths. */
export function findBulk(answers: PreparedAnswers, path: string, ids: readonly string[]): FoundAnswer | null {
  const [, list] = BULK_CONTACTS.exec(path) ?? [];
  if (list !== undefined) {
    const contacts = answers.contacts.get(list);
    return { resource: 'contacts', body: contacts ? array(among(contacts, ids)) : null };
  }
  if (path === '/api/v2/outbound/campaigns/progress') {
    return { resource: 'campaignProgress', body: array(among(answers.progress, ids)) };
  }
  if (path === '/api/v2/outbound/campaigns/performance/query') {
    return { resource: 'campaignStats', body: envelope(among(answers.stats, ids)) };
  }
  return null;
}

/** Listing like the upstream's: cut at `pageSize`, with ids repeated or joined by commas, without inactive users. */
function listing(entities: PreparedEntities, query: string): Buffer {
  const ids: string[] = [];
  let pageSize = DEFAULT_PAGE_SIZE;
  let ofAnyState = false;
  for (const parameter of query.split('&')) {
    if (parameter.startsWith('id=')) ids.push(...parameter.slice(3).split(/,|%2C/i));
    else if (parameter.startsWith('pageSize=')) pageSize = Number(parameter.slice(9));
    else if (parameter === 'state=any') ofAnyState = true;
  }
  const listed = among(entities, ids).filter(({ isHidden }) => ofAnyState || !isHidden);
  return envelope(listed.slice(0, pageSize));
}

/** Entities with these ids, each once, in the order of their rank. */
function among(entities: PreparedEntities, ids: readonly string[]): PreparedEntity[] {
  return [...new Set(ids)]
    .flatMap((id) => entities.get(id) ?? [])
    .toSorted((one, other) => one.rank - other.rank);
}

const COMMA = Buffer.from(',');
const OPEN = Buffer.from('[');
const CLOSE = Buffer.from(']');
const ENVELOPE_OPEN = Buffer.from('{"entities":[');
const ENVELOPE_CLOSE = Buffer.from('],"pageNumber":1,"pageCount":1}');

function array(entities: readonly PreparedEntity[]): Buffer {
  return between(OPEN, entities, CLOSE);
}

function envelope(entities: readonly PreparedEntity[]): Buffer {
  return between(ENVELOPE_OPEN, entities, ENVELOPE_CLOSE);
}

function between(open: Buffer, entities: readonly PreparedEntity[], close: Buffer): Buffer {
  const rows = entities.flatMap(({ bytes }, index) => (index === 0 ? [bytes] : [COMMA, bytes]));
  return Buffer.concat([open, ...rows, close]);
}

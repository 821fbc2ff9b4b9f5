import type { Registry } from '../../src/datasources/index.ts';
import { CouldNotBeKnown, isRow, type Row } from './reference-values.ts';
import { isById, type ResourceFacts, resourceTable } from './resource-table.ts';

/** Call that reads one entity, and the maximum of ids that such a call can carry. */
interface Call {
  readonly path: string;
  readonly body?: readonly string[];
  readonly maxIds: number;
  /** Row for the id in the answer; undefined when the answer is malformed. */
  readonly rowIn: (answer: unknown) => unknown;
}

/** Number of calls for `ids` ids when all calls are refused. */
function callsOfRefused(ids: number, depth = 0): number {
  if (ids < 2) return 1;
  // One id of each quarter tells whether any is answered.
  if (depth === 2) return 2;
  return 1 + callsOfRefused(Math.ceil(ids / 2), depth + 1) + callsOfRefused(Math.floor(ids / 2), depth + 1);
}

/** Number of ids in a refused call for which the calls per id are most. */
const COSTLIEST = 4;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Ids that could have shared calls. */
interface Group {
  readonly ids: Set<string>;
  readonly maxIds: number;
}

/** Chain of calls that had to be answered before an id was known, as text. Ids of one chain are known at one time. */
export type Chain = string;

/** Reads one entity at a time from the upstream, and counts the fewest calls that would do. */
export class ReferenceUpstream {
  readonly #url: string;
  readonly #token: string;
  readonly #answers = new Map<string, Promise<{ status: number; body: unknown }>>();
  /** Groups by resource, then by chain and contact list. */
  readonly #needed = new Map<string, Map<string, Group>>();

  /** Groups whose calls for several ids are refused as a whole. */
  readonly #refused = new Set<string>();

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /**
   * Entity of a resource, and the chain after its call. The row is null when the upstream does not know the id.
   *
   * @throws CouldNotBeKnown when the call fails or its answer is malformed.
   */
  async one(resource: keyof Registry, id: string, chain: Chain, list = ''): Promise<Found> {
    const call = isById(resource) ? callInTable(resourceTable[resource], id) : otherCalls[resource](id, list);
    this.#need(resource, `${chain} ${list}`, id, call.maxIds);
    const isAlone = call.maxIds === 1;
    const after = `${chain}>${resource}${isAlone ? `(${id})` : ''}${list && `[${list}]`}`;
    const { status, body } = await this.#fetch(call.path, call.body);
    if (status === 404 && (isAlone || resource === 'contacts')) {
      if (!isAlone) this.#refused.add(`${resource} ${chain} ${list}`);
      return { row: null, chain: after };
    }
    if (status !== 200) throw new CouldNotBeKnown(`${resource} answered ${status}.`);
    const row = call.rowIn(body);
    if (row === undefined) throw new CouldNotBeKnown(`${resource} gave an answer that is none.`);
    return { row: isRow(row) ? row : null, chain: after };
  }

  /** Envelope of the first page of campaigns, and the chain after its call. */
  async campaignPage(size: number): Promise<Found> {
    const query = `pageSize=${size}&pageNumber=1&sortBy=name&sortOrder=ascending`;
    this.#need('campaigns', 'page', query, 1);
    const { status, body } = await this.#fetch(`/api/v2/outbound/campaigns?${query}`);
    if (status !== 200 || !isRow(body) || !Array.isArray(body['entities'])) {
      throw new CouldNotBeKnown('The campaigns could not be listed.');
    }
    return { row: body, chain: `>page(${size})` };
  }

  /**
   * Fewest calls by resource when one call carries at most `batchSize` ids. Resources whose answers are cut may take a call more
   * for each id.
   */
  fewestCalls(batchSize: number, areCut: (resource: string) => boolean): Record<string, number> {
    return Object.fromEntries(
      [...this.#needed].map(([resource, groups]) => {
        const refused = [...groups].filter(([together]) => this.#refused.has(`${resource} ${together}`));
        const others = [...groups].filter(([together]) => !this.#refused.has(`${resource} ${together}`));
        const chunks = ({ ids, maxIds }: Group) => Math.ceil(ids.size / Math.min(maxIds, batchSize));
        const answered = others.map(([, group]) => chunks(group));
        // Each call may be bisected twice: only that shows that a list has none of the contacts.
        const apart = refused.map(
          ([, group]) => chunks(group) * callsOfRefused(Math.min(group.maxIds, batchSize, group.ids.size)),
        );
        // Groups that happen to be known at one time share calls, and are refused together.
        const ids = refused.length < 2 ? 0 : sum(refused.map(([, group]) => group.ids.size));
        const together = Math.ceil((ids * callsOfRefused(COSTLIEST)) / COSTLIEST);
        const completing = areCut(resource) ? sum(others.map(([, group]) => group.ids.size)) : 0;
        return [resource, sum(answered) + completing + Math.max(sum(apart), together)];
      }),
    );
  }

  #need(resource: string, together: string, id: string, maxIds: number): void {
    const groups = this.#needed.get(resource) ?? new Map<string, Group>();
    this.#needed.set(resource, groups);
    const group = groups.get(together) ?? { ids: new Set<string>(), maxIds };
    groups.set(together, group);
    group.ids.add(id);
  }

  #fetch(path: string, body?: readonly string[]): Promise<{ status: number; body: unknown }> {
    const key = `${path} ${body?.join() ?? ''}`;
    const answer = this.#answers.get(key) ?? this.#send(path, body);
    this.#answers.set(key, answer);
    return answer;
  }

  async #send(path: string, body?: readonly string[]): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.#url}${path}`, {
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: response.ok ? JSON.parse(text) : null };
  }
}

export interface Found {
  readonly row: Row | null;
  readonly chain: Chain;
}

/** Calls of the resources that are not in the table. */
const otherCalls = {
  campaignInteractions: (id: string) => alone('/api/v2/outbound/campaigns', id, '/interactions'),
  campaignProgress: (id: string): Call => ({
    path: '/api/v2/outbound/campaigns/progress',
    body: [id],
    maxIds: 100,
    rowIn: (rows) => rowOf(rows, (row) => isRow(row['campaign']) && row['campaign']['id'] === id),
  }),
  campaignStats: (id: string): Call => ({
    path: '/api/v2/outbound/campaigns/performance/query',
    body: [id],
    maxIds: 50,
    rowIn: (answer) =>
      isRow(answer)
        ? rowOf(answer['entities'], (row) => isRow(row['campaign']) && row['campaign']['id'] === id)
        : undefined,
  }),
  campaignStatsById: (id: string) => alone('/api/v2/outbound/campaigns', id, '/stats'),
  contacts: (id: string, list: string): Call => ({
    path: `/api/v2/outbound/contactlists/${encodeURIComponent(list)}/contacts/bulk`,
    body: [id],
    maxIds: 100,
    rowIn: (rows) => rowOf(rows, (row) => row['id'] === id && (row['contactListId'] ?? list) === list),
  }),
};

function callInTable({ path, maxIds, query = '' }: ResourceFacts, id: string): Call {
  if (maxIds === undefined) return alone(path, id);
  return {
    path: `${path}?id=${encodeURIComponent(id)}&pageSize=100${query}`,
    maxIds,
    rowIn: (answer) => (isRow(answer) ? rowOf(answer['entities'], (row) => row['id'] === id) : undefined),
  };
}

function alone(path: string, id: string, below = ''): Call {
  return {
    path: `${path}/${encodeURIComponent(id)}${below}`,
    maxIds: 1,
    rowIn: (row) => {
      if (!isRow(row)) return undefined;
      const named = below === '' ? row['id'] : isRow(row['campaign']) ? row['campaign']['id'] : null;
      return (named ?? id) === id ? row : undefined;
    },
  };
}

/** First row that fits; null when none does, undefined when `rows` is not a list. */
function rowOf(rows: unknown, fits: (row: Row) => boolean): unknown {
  return Array.isArray(rows) ? (rows.find((row: unknown) => isRow(row) && fits(row)) ?? null) : undefined;
}

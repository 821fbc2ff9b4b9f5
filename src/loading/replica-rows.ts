import type { ReplicaRow } from '../cache/replica-store.ts';
import type { Clock } from '../lib/clock.ts';
import { parseInPieces } from '../lib/parse-in-pieces.ts';
import type { Slices } from '../lib/slices.ts';
import { parseJson } from '../lib/exact-json.ts';
import { UpstreamAnswer } from '../upstream/answer.ts';
import { isObject } from '../datasources/wire/wire-record.ts';
import type { Resource } from '../datasources/resource.ts';

/** Rows of one answer that another process has read. */
export interface ReplicaAnswer<Entity> {
  readonly ids: readonly string[];
  /** Arrival of the answer, on the monotonic clock. */
  readonly readAtMs: number;
  /** Makes the entities, without those whose row cannot be read. */
  readonly unpack: () => ReadonlyMap<string, Entity | null>;
  /** `unpack` for rows that are large together. */
  readonly unpackInSlices: (slices: Slices) => Promise<ReadonlyMap<string, Entity | null>>;
  readonly bytes: number;
}

type Row = readonly [id: string, row: ReplicaRow];

/** Rows grouped by the answer that they came in, so that clients see each fault once per answer. */
export function answersOf<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  rows: ReadonlyMap<string, ReplicaRow>,
  clock: Clock,
): ReplicaAnswer<Entity>[] {
  const byAnswer = Map.groupBy(
    rows,
    ([, { readAtMs, status, correlationId }]) => `${readAtMs} ${status} ${correlationId}`,
  );
  return [...byAnswer.values()].map((ofAnswer) => replicaAnswerOf(resource, ofAnswer, clock));
}

function replicaAnswerOf<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  rows: readonly Row[],
  clock: Clock,
): ReplicaAnswer<Entity> {
  const [[, first] = []] = rows;
  if (first === undefined) throw new TypeError('An answer has rows.');
  const { readAtMs, status, correlationId } = first;
  const receivedAtMs = clock.epochMs() - (clock.now() - readAtMs);
  const answer = new UpstreamAnswer(resource.name, status, correlationId, receivedAtMs);
  return {
    ids: rows.map(([id]) => id),
    readAtMs,
    unpack: () => entitiesInRows(resource, rows, answer),
    unpackInSlices: (slices) => entitiesInSlices(resource, rows, answer, slices),
    bytes: rows.reduce((sum, [, { row }]) => sum + (row?.length ?? 0), 0),
  };
}

function entitiesInRows<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  rows: readonly Row[],
  answer: UpstreamAnswer,
): ReadonlyMap<string, Entity | null> {
  const entities = new Map<string, Entity | null>();
  for (const [id, { row }] of rows) {
    if (row === null) {
      entities.set(id, null);
      continue;
    }
    const read = parsed(row, resource.exactNumbers ?? false);
    if (isObject(read)) entities.set(id, resource.entity(read, answer, id));
  }
  return entities;
}

async function entitiesInSlices<Entity, Expand extends string>(
  resource: Resource<Entity, Expand>,
  rows: readonly Row[],
  answer: UpstreamAnswer,
  slices: Slices,
): Promise<ReadonlyMap<string, Entity | null>> {
  const entities = new Map<string, Entity | null>();
  for (const [id, { row }] of rows) {
    // oxlint-disable eslint/no-await-in-loop -- one slice after the other
    const read = row && (await parseInPieces(row, slices, resource.exactNumbers).catch(() => undefined));
    if (row === null) entities.set(id, null);
    else if (isObject(read)) entities.set(id, await resource.entityInSlices(read, answer, id, slices));
    // oxlint-enable eslint/no-await-in-loop
  }
  return entities;
}

/** Undefined when the row is not JSON. */
function parsed(row: Buffer, isExact: boolean): unknown {
  try {
    return parseJson(row, isExact);
  } catch {
    return undefined;
  }
}

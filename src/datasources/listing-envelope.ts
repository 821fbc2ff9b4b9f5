/** Properties of a listing's envelope that tell whether it is the whole listing. */
export type ListingEnvelope = Partial<
  Record<'total' | 'pageSize' | 'pageNumber' | 'pageCount' | 'nextUri' | 'entities', unknown>
>;

/** True when the envelope of the page with this number says that another one follows. */
export function saysNext({ nextUri, pageNumber, pageCount }: ListingEnvelope, asked: number): boolean {
  return (
    (typeof nextUri === 'string' && nextUri !== '') ||
    (isCount(pageCount) && pageCount > (isCount(pageNumber) ? pageNumber : asked))
  );
}

/** Page size of an envelope when it is smaller than the one that was asked for; null otherwise. */
export function smallerPageSize({ pageSize }: ListingEnvelope, asked: number): number | null {
  return isCount(pageSize) && pageSize > 0 && pageSize < asked ? pageSize : null;
}

/** Answer that lacks rows. */
export interface CutListing {
  /** Number of rows that the upstream gives at once; 0 when that cannot be seen. */
  readonly size: number;
  /** True when the upstream says that size itself. */
  readonly isStated: boolean;
  /** Number of rows that it has for these ids and did not give; 0 when it does not say. */
  readonly owed: number;
}

/**
 * What an answer says of rows that it lacks for these ids; null when it says nothing of the kind, or is no envelope. A total
 * above the number of ids counts something else and proves nothing.
 */
export function cutOf(body: unknown, ids: readonly string[]): CutListing | null {
  const rows = entitiesOf(body)?.length;
  if (rows === undefined) return null;
  const envelope: ListingEnvelope = Object(body);
  const { total } = envelope;
  const pageSize = smallerPageSize(envelope, ids.length);
  const owed = isCount(total) && total <= ids.length ? Math.max(0, total - rows) : 0;
  const isCut = owed > 0 || pageSize !== null || saysNext(envelope, 1);
  return isCut ? { size: pageSize ?? rows, isStated: pageSize !== null, owed } : null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

/** Rows of a listing's envelope; null for any other body. */
export function entitiesOf(body: unknown): readonly unknown[] | null {
  if (typeof body !== 'object' || body === null || !('entities' in body)) return null;
  return bareArray(body.entities);
}

/** Rows of an answer that is a bare array. */
export function bareArray(body: unknown): readonly unknown[] | null {
  return Array.isArray(body) ? body : null;
}

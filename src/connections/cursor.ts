import { opaqueText, partsOf } from '../lib/opaque-text.ts';
import type { CampaignPlace } from '../loading/campaign-place.ts';

/**
 * Cursors are opaque to clients: JSON in base64url. Each begins with its kind, so that a cursor of another list is not read
 * as a position in this one.
 */

/** Orders of interactions, as the schema names them. */
export type InteractionOrder = 'CREATION_TIME_ASC' | 'CREATION_TIME_DESC';

/** Position after an interaction, valid even when that interaction is gone. */
export interface InteractionPlace {
  readonly order: InteractionOrder;
  /** Epoch milliseconds; null for an interaction without a creation time. */
  readonly creationTimeMs: number | null;
  readonly id: string;
}

/** Place in the upstream's listing of campaigns, under one filter. */
export interface FilteredPlace extends CampaignPlace {
  readonly filter: string;
}

/** Most campaigns before a place. Beyond, arithmetic with positions would be rounded. */
const LONGEST_LISTING = 2 ** 31 - 1;

export const LONGEST_CURSOR = 4096;

/** Beginning of an id that goes into a cursor. Escaped it can be six times as long, and must still fit. */
export const ID_IN_CURSOR = 480;

export function interactionCursor({ order, creationTimeMs, id }: InteractionPlace): string {
  return opaqueText(['interaction', order, creationTimeMs, id]);
}

/** Null when the text is no cursor of interactions. */
export function parseInteractionCursor(cursor: string): InteractionPlace | null {
  const [kind, order, creationTimeMs, id, ...rest] = partsOf(cursor, LONGEST_CURSOR);
  if (kind !== 'interaction' || rest.length > 0) return null;
  if (order !== 'CREATION_TIME_ASC' && order !== 'CREATION_TIME_DESC') return null;
  if (creationTimeMs !== null && !isSafeInteger(creationTimeMs)) return null;
  return typeof id === 'string' ? { order, creationTimeMs, id } : null;
}

export function campaignCursor({ from, filter, anchor, total }: FilteredPlace): string {
  // A total that no listing can have would make the cursor one that is refused.
  const sensible = isPosition(total) ? total : null;
  return opaqueText(['campaign', from, filter, anchor?.name ?? null, anchor?.id ?? null, sensible]);
}

/** Null when the text is no cursor of campaigns. */
export function parseCampaignCursor(cursor: string): FilteredPlace | null {
  const [kind, from, filter, name, id, total, ...rest] = partsOf(cursor, LONGEST_CURSOR);
  if (kind !== 'campaign' || rest.length > 0 || !isPosition(from) || typeof filter !== 'string') return null;
  if (total !== null && !isPosition(total)) return null;
  if (name === null && id === null) return { from, filter, anchor: null, total };
  if (typeof name !== 'string' || typeof id !== 'string' || from === 0) return null;
  return { from, filter, anchor: { id, name }, total };
}

function isSafeInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isPosition(value: unknown): value is number {
  return isSafeInteger(value) && value >= 0 && value <= LONGEST_LISTING;
}

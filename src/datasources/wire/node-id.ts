import { createHash } from 'node:crypto';
import { opaqueText } from '../../lib/opaque-text.ts';
import { comparableId } from './ids.ts';

/**
 * Ids of nodes, which are unique over all types: a kind and the ids that tell one node of the kind from the others. The kind
 * is the type, but for contacts whose list only their campaign can tell.
 */

export const LONGEST_NODE_ID = 4096;

/** Kind of contacts that are known by their campaign. */
export const CONTACT_OF_CAMPAIGN = 'ContactOfCampaign';

/** Id of a node whose own id suffices. */
export function nodeIdOf(kind: string, id: string): string {
  return bounded(kind, [kind, comparableId(id)]);
}

/** Id of a node whose own id is unique within a scope only; a number is the place of a node without an id. */
export function scopedNodeId(kind: string, scope: string, id: string | number): string {
  return bounded(kind, [kind, comparableId(scope), typeof id === 'number' ? id : comparableId(id)]);
}

/** A contact's id is the customer's own text. */
export function contactNodeId(kind: string, scope: string, id: string): string {
  return bounded(kind, [kind, comparableId(scope), id]);
}

/** Ids that calls may carry always fit. Of others a digest has to do: nothing can be looked up by them anyway. */
function bounded(kind: string, parts: readonly (string | number)[]): string {
  const id = opaqueText(parts);
  return id.length <= LONGEST_NODE_ID
    ? id
    : opaqueText([kind, null, createHash('sha256').update(id).digest('base64url')]);
}

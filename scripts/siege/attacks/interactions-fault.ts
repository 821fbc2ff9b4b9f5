import type { Fault } from '../../../src/sandbox/fault.ts';
import { interaction } from '../../../test/support/organisation.ts';
import { CAMPAIGN_ID, ROWS } from '../organisation.ts';

/** Answer to each call for a campaign's interactions. Written once: the upstream shall not be slower than the gateway. */
export function interactionsFault(
  alter: (row: Readonly<Record<string, unknown>>, n: number) => Readonly<Record<string, unknown>>,
): Fault {
  const proceedingInteractions = Array.from({ length: ROWS }, (_, n) => alter({ ...interaction(n) }, n));
  const body = JSON.stringify({ campaign: { id: CAMPAIGN_ID }, proceedingInteractions });
  return { kind: 'status', status: 200, resource: 'campaignInteractions', body };
}

import type { Organisation } from '../../src/sandbox/organisation.ts';
import {
  campaign,
  CAMPAIGN_ID,
  contact,
  CONTACT_LIST_ID,
  interaction,
  supervisorsOrganisation,
} from '../../test/support/organisation.ts';

export { CAMPAIGN_ID, CONTACT_LIST_ID };

/** The largest page of interactions. */
export const ROWS = 1000;
/** Ids of all agents of interactions. */
export const AGENT_IDS: readonly string[] = Array.from({ length: 20 }, (_, n) => `user-${n}`);
/** The largest page of campaigns. */
const CAMPAIGNS = 100;

/** The supervisor's organisation with 100 campaigns, each with 1,000 interactions and as many contacts. */
export function siegeOrganisation(): Organisation {
  const campaigns = Array.from({ length: CAMPAIGNS }, (_, n) => campaign(`campaign-${n + 1}`));
  const contacts = Array.from({ length: ROWS }, (_, n) => contact(n));
  const rows = Array.from({ length: ROWS }, (_, n) => interaction(n));
  const known = new Set(campaigns.map(({ id }) => id));
  return {
    ...supervisorsOrganisation(),
    campaigns,
    contacts: new Map([[CONTACT_LIST_ID, new Map(contacts.map((row) => [row.id, row]))]]),
    interactions: (id) =>
      known.has(id)
        ? {
            campaign: { id, name: `Name of ${id}` },
            proceedingInteractions: rows.map((row) => ({
              ...row,
              campaign: { id, name: `Name of ${id}`, selfUri: `/api/v2/outbound/campaigns/${id}` },
            })),
          }
        : undefined,
  };
}

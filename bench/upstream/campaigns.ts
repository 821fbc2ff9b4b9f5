import { stableId } from '../../src/sandbox/random.ts';

export const SEED = 7;

/** Five campaigns of a hundred interactions; most of their references have a name, not all. */
export const campaignIds = [0, 1, 2, 3, 4].map((index) => stableId(SEED, 'bench campaign', index));

/** Five more campaigns, in which every reference has its name. */
export const namedCampaignIds = [5, 6, 7, 8, 9].map((index) => stableId(SEED, 'bench campaign', index));

/** Campaign of a thousand interactions. */
export const largeCampaignId = stableId(SEED, 'bench campaign', 10);

/** Queue that is queried by itself. */
export const queueId = stableId(SEED, 'queue', 0);

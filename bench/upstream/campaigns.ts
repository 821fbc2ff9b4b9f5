import { stableId } from '../../src/sandbox/random.ts';

export const SEED = 7;

/** Five campaigns of a hundred interactions; references name most of what they refer to, not all. */
export const campaignIds = [0, 1, 2, 3, 4].map((index) => stableId(SEED, 'bench campaign', index));

/** Five like them in which every reference has its name. */
export const namedCampaignIds = [5, 6, 7, 8, 9].map((index) => stableId(SEED, 'bench campaign', index));

/** One of a thousand interactions. */
export const largeCampaignId = stableId(SEED, 'bench campaign', 10);

/** A queue to ask for by itself. */
export const queueId = stableId(SEED, 'queue', 0);

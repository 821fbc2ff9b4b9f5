/** Kind of data that a request reads; faults and tests use these names. */
export type ResourceName = (typeof RESOURCE_NAMES)[number];
export const RESOURCE_NAMES = [
  'campaigns',
  'campaignInteractions',
  'campaignProgress',
  'campaignStats',
  'campaignStatsById',
  'contacts',
  'contactLists',
  'conversations',
  'divisions',
  'queues',
  'scripts',
  'skills',
  'users',
  'wrapUpCodes',
  'tokens',
  'login',
  'unknown',
] as const;

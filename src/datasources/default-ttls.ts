/**
 * Default TTLs in seconds. The vendor allows configuration data to be one to five minutes old; data that changes by the
 * second is kept for seconds. A stale entry may be used for as long again while it is revalidated.
 */
export const ttls = {
  CAMPAIGN: 15,
  CAMPAIGN_PROGRESS: 5,
  CAMPAIGN_STATS: 5,
  CONTACT: 15,
  CONTACT_LIST: 60,
  CONVERSATION: 5,
  DIVISION: 300,
  PRESENCE: 5,
  QUEUE: 300,
  ROUTING_STATUS: 5,
  SCRIPT: 300,
  SKILL: 300,
  USER: 60,
  USER_SKILLS: 60,
  WRAP_UP_CODE: 300,
} as const satisfies Record<string, number>;

export type TtlName = keyof typeof ttls;

/**
 * How long what is read of each type may be used again, in seconds, where nothing else is configured. The vendor allows for
 * configuration that is one to five minutes old; what changes by the second is kept for seconds. For as long again it may be
 * used while it is asked for anew.
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

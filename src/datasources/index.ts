import { campaignInteractions } from './campaign-interactions.ts';
import { campaignProgress } from './campaign-progress.ts';
import { campaignStats } from './campaign-stats.ts';
import { campaigns } from './campaigns.ts';
import { contactLists } from './contact-lists.ts';
import { contactsOf } from './contacts.ts';
import { conversations } from './conversations.ts';
import { divisions } from './divisions.ts';
import { queues } from './queues.ts';
import { scripts } from './scripts.ts';
import { skills } from './skills.ts';
import { users } from './users.ts';
import { wrapUpCodes } from './wrap-up-codes.ts';

/** REST resources that load entities by id. `contactsOf` makes one for each contact list. */
export const resources = {
  campaigns,
  campaignInteractions,
  campaignProgress,
  campaignStats,
  contactLists,
  contactsOf,
  conversations,
  divisions,
  queues,
  scripts,
  skills,
  users,
  wrapUpCodes,
} as const;

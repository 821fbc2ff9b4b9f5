import { emptyOrganisation, type Organisation } from '../../src/sandbox/organisation.ts';
import call from '../fixtures/published/conversation-call.json' with { type: 'json' };
import callback from '../fixtures/published/conversation-callback.json' with { type: 'json' };
import chat from '../fixtures/published/conversation-chat.json' with { type: 'json' };
import contactList from '../fixtures/published/contact-list-created.json' with { type: 'json' };
import skillOfCli from '../fixtures/published/skill-of-cli-tests.json' with { type: 'json' };
import skillOfIntegration from '../fixtures/published/skill-of-integration.json' with { type: 'json' };
import expanded from '../fixtures/published/user-expanded.json' with { type: 'json' };
import listed from '../fixtures/published/user-listed.json' with { type: 'json' };
import withNamedDivision from '../fixtures/published/user-with-named-division.json' with { type: 'json' };
import wrapUpCode from '../fixtures/published/wrap-up-code.json' with { type: 'json' };
import { gatewayWithRows, type ListGateway } from './answers.ts';
import { NOTHING_KEPT } from './gateway.ts';
import { CAMPAIGN_ID, campaign } from './organisation.ts';

export const published = {
  conversations: { call, callback, chat },
  contactList,
  skills: { ofCli: skillOfCli, ofIntegration: skillOfIntegration },
  users: { expanded, listed, withNamedDivision },
  wrapUpCode,
} as const;

/** Organisation of the published structures, with the divisions that they name. */
export function publishedOrganisation(): Organisation {
  const conversations = new Map(Object.values(published.conversations).map((row) => [row.id, row]));
  return {
    ...emptyOrganisation(),
    users: Object.values(published.users),
    skills: Object.values(published.skills),
    wrapUpCodes: [wrapUpCode],
    contactLists: [contactList],
    divisions: [contactList.division, withNamedDivision.division].map((row) => ({ ...row, description: '' })),
    conversations: (id) => conversations.get(id),
  };
}

/** Gateway that keeps nothing, over the published organisation, with these rows as the interactions of a campaign. */
export function gatewayOfPublished(rows: readonly unknown[] = []): Promise<ListGateway> {
  return gatewayWithRows(rows, {
    organisation: {
      ...publishedOrganisation(),
      campaigns: [campaign(CAMPAIGN_ID)],
      interactions: () => ({}),
    },
    env: NOTHING_KEPT,
  });
}

import type { Models } from 'purecloud-platform-client-v2';

import { CAMPAIGN_PLANS } from './generate-campaigns.ts';
import type { OrganisationUser } from './organisation.ts';
import { at } from './random.ts';
import type { TeamPart } from './story.ts';

export interface TeamParts {
  readonly campaigns: readonly Models.Campaign[];
  readonly queues: readonly Models.Queue[];
  readonly agents: readonly OrganisationUser[];
  /** Contact list id → contact id → contact. */
  readonly contacts: ReadonlyMap<string, ReadonlyMap<string, Models.DialerContact>>;
}

/**
 * Deals the agents to the queues: as many as its plan says to the queue of each running campaign, and the rest to the other
 * queues, where nobody calls.
 * @throws {RangeError} when the plans want more agents than there are.
 */
export function generateTeams({ campaigns, queues, agents, contacts }: TeamParts): TeamPart[] {
  const running = campaigns.flatMap((campaign, index) => {
    const plan = at(CAMPAIGN_PLANS, index);
    return plan.seats === 0 ? [] : [{ campaign, plan }];
  });
  const wanted = running.map(({ campaign: { queue }, plan: { seats } }) => (queue === undefined ? 0 : seats));
  const called = new Set(running.map(({ campaign }) => campaign.queue?.id));
  const others = queues.filter(({ id }) => !called.has(id));
  const left = agents.length - wanted.reduce((sum, seats) => sum + seats, 0);
  if (left < 0) throw new RangeError('The campaigns want more agents than there are');
  const forOthers = others.map((_, index) => Math.floor((left + index) / others.length));
  const dealt = deal(agents, [...wanted, ...forOthers]);
  return [
    ...running.map(({ campaign, plan }, index): TeamPart => {
      const ofList = [...(contacts.get(campaign.contactList.id ?? '')?.values() ?? [])];
      return {
        queueId: campaign.queue?.id ?? null,
        agents: dealt[index] ?? [],
        running: {
          campaign,
          lines: plan.seats,
          contacts: ofList.filter(({ callable }) => callable === true),
          calledBefore: Math.round((ofList.length * plan.progress) / 100),
        },
      };
    }),
    ...others.map(({ id = '' }, index): TeamPart => ({
      queueId: id,
      agents: dealt[running.length + index] ?? [],
      running: null,
    })),
  ];
}

/** Hands of these sizes, dealt so that each gets its share of any stretch of the cards. */
function deal<Card>(cards: readonly Card[], sizes: readonly number[]): Card[][] {
  const turns = sizes
    .flatMap((size, hand) => Array.from({ length: size }, (_, nth) => ({ hand, due: (nth + 0.5) / size })))
    .toSorted((a, b) => a.due - b.due || a.hand - b.hand);
  const hands = sizes.map((): Card[] => []);
  for (const [index, { hand }] of turns.entries()) hands[hand]?.push(...cards.slice(index, index + 1));
  return hands;
}

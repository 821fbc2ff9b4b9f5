import type { Models } from 'purecloud-platform-client-v2';
import { GENERATED_AT_MS, refOf } from '../../src/sandbox/generate-people.ts';
import { iso } from '../../src/sandbox/iso.ts';
import type { OrganisationUser } from '../../src/sandbox/organisation.ts';
import { at, pick, randomFor, stableId } from '../../src/sandbox/random.ts';

/** Entities that the interactions of one campaign refer to. */
export interface RowParts {
  readonly campaign: Models.Campaign;
  readonly agents: readonly OrganisationUser[];
  readonly contacts: readonly Models.DialerContact[];
  readonly queues: readonly Models.Queue[];
  readonly skills: readonly Models.RoutingSkill[];
  readonly scripts: readonly Models.Script[];
  /** True when each reference has its name, which the upstream may leave out. */
  readonly isNamed: boolean;
}

const LISTS = [
  'interactingInteractions',
  'previewingInteractions',
  'proceedingInteractions',
  'scheduledInteractions',
  'pendingInteractions',
] as const satisfies (keyof Models.CampaignInteractions)[];
const DISPOSITIONS = [
  'LIVE_VOICE',
  'disposition.classification.callable.person',
  'MACHINE',
  'disposition.classification.callable.noanswer',
  'disposition.classification.callable.assistant',
];

/** Answer of the upstream for a campaign with `count` interactions: all fields filled, spread over the five lists. */
export function generateRows(parts: RowParts, count: number): Models.CampaignInteractions {
  const rows = Array.from({ length: count }, (_, index) => row(parts, index));
  return {
    campaign: refOf(parts.campaign),
    ...Object.fromEntries(
      LISTS.map((list, index) => [list, rows.filter((_, n) => n % LISTS.length === index)]),
    ),
  };
}

function row(parts: RowParts, index: number): Models.CampaignInteraction {
  const { campaign } = parts;
  const key = `${campaign.id}/${index}`;
  const random = randomFor(key);
  const reference = (entity: Models.DomainEntityRef): Models.DomainEntityRef => {
    const { name: _name, ...nameless } = refOf(entity);
    return parts.isNamed || random() < 0.7 ? refOf(entity) : nameless;
  };
  const agent = at(parts.agents, index);
  const contact = at(parts.contacts, index);
  const queue = at(parts.queues, index);
  const createdAtMs = GENERATED_AT_MS + Math.floor(random() * 600_000);
  const firstSkill = Math.floor(random() * parts.skills.length);
  return {
    id: stableId(key, 'interaction'),
    campaign: reference(campaign),
    agent: reference(agent),
    contact: reference(contact),
    queue: reference(queue),
    script: reference(at(parts.scripts, index)),
    skills: Array.from({ length: 2 + (index % 2) }, (_, n) =>
      reference(at(parts.skills, firstSkill + n * 7)),
    ),
    destinationAddress: contact.data['Phone'] ?? '',
    activePreviewCall: index % 5 === 1,
    lastActivePreviewWrapupTime: iso(createdAtMs + 1000),
    creationTime: iso(createdAtMs),
    callPlacedTime: iso(createdAtMs + 20_000),
    callRoutedTime: iso(createdAtMs + 35_000),
    previewConnectedTime: iso(createdAtMs + 5000),
    previewPopDeliveredTime: iso(createdAtMs + 5800),
    disposition: pick(random, DISPOSITIONS),
    callerName: campaign.callerName,
    callerAddress: campaign.callerAddress,
    conversation: conversation(key, createdAtMs, { agent, contact, queue, campaign }),
    dialerSystemParticipantId: stableId(key, 'dialer'),
    dialingMode: campaign.dialingMode,
  };
}

interface ConversationParts {
  readonly agent: OrganisationUser;
  readonly contact: Models.DialerContact;
  readonly queue: Models.Queue;
  readonly campaign: Models.Campaign;
}

function conversation(key: string, createdAtMs: number, parts: ConversationParts): Models.Conversation {
  const { agent, contact, queue, campaign } = parts;
  const id = stableId(key, 'conversation');
  const phone = contact.data['Phone'] ?? '';
  const placed = iso(createdAtMs + 20_000);
  const routed = iso(createdAtMs + 35_000);
  return {
    id,
    startTime: iso(createdAtMs + 5000),
    selfUri: `/api/v2/conversations/${id}`,
    participants: [
      { id: stableId(key, 'dialer'), purpose: 'dialer', participantType: 'External', startTime: placed },
      {
        id: stableId(key, 'customer'),
        purpose: 'customer',
        participantType: 'External',
        name: contact.name ?? '',
        address: `tel:${phone}`,
        ani: campaign.callerAddress,
        dnis: phone,
        startTime: placed,
        connectedTime: routed,
        attributes: {
          dialerContactId: contact.id ?? '',
          dialerContactListId: contact.contactListId,
          dialerCampaignId: campaign.id ?? '',
        },
      },
      {
        id: stableId(key, 'agent'),
        purpose: 'agent',
        participantType: 'Internal',
        name: agent.name ?? '',
        userId: agent.id ?? '',
        userUri: agent.selfUri ?? '',
        queueId: queue.id ?? '',
        queueName: queue.name ?? '',
        startTime: routed,
        connectedTime: routed,
        wrapupRequired: true,
      },
    ],
  };
}

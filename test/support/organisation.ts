import type { Models } from 'purecloud-platform-client-v2';
import { emptyOrganisation, type Organisation } from '../../src/sandbox/organisation.ts';
import { range } from './range.ts';

export const CAMPAIGN_ID = 'campaign-1';
export const CONTACT_LIST_ID = 'list-1';

/**
 * Organisation behind a supervisor's screen: one campaign with 100 interactions over 20 agents, 5 queues, 8 skills and 3
 * scripts, and 100 contacts of one list. Values can be told from the ids, so that a mix-up of entities is noticed.
 */
export function supervisorsOrganisation(): Organisation {
  const division = ref('division', 1, '/api/v2/authorization/divisions');
  const agents = range(20);
  const contacts = range(100).map((n) => contact(n));
  const interactions = range(100).map((n) => interaction(n));
  return {
    ...emptyOrganisation(),
    divisions: [{ id: 'division-1', name: 'Name of division-1', description: '' }],
    users: [
      ...agents.map((n) => ({ ...user(`user-${n}`), manager: { id: `manager-${n % 4}` } })),
      ...range(4).map((n) => user(`manager-${n}`)),
    ],
    queues: range(5).map((n) => ({
      ...ref('queue', n, '/api/v2/routing/queues'),
      description: `Description of queue-${n}`,
      memberCount: n,
      joinedMemberCount: n,
      division,
    })),
    skills: range(8).map((n) => ({
      ...ref('skill', n, '/api/v2/routing/skills'),
      name: `Name of skill-${n}`,
      state: 'active',
      dateModified: '2026-01-02T03:04:05.000Z',
    })),
    scripts: range(3).map((n) => ({
      ...ref('script', n, '/api/v2/scripts'),
      versionId: `version-of-script-${n}`,
      startPageName: `Start of script-${n}`,
      publishedDate: '2026-01-02T03:04:05Z',
      modifiedDate: '2026-01-02T03:04:05.678Z',
      division,
    })),
    wrapUpCodes: [ref('wrap-up', 1, '/api/v2/routing/wrapupcodes')],
    contactLists: [
      {
        id: CONTACT_LIST_ID,
        name: `Name of ${CONTACT_LIST_ID}`,
        columnNames: ['Phone'],
        size: 100,
        division,
        selfUri: `/api/v2/outbound/contactlists/${CONTACT_LIST_ID}`,
      },
    ],
    contacts: new Map([[CONTACT_LIST_ID, new Map(contacts.map((row) => [row.id, row]))]]),
    campaigns: [campaign(CAMPAIGN_ID)],
    progress: (id) => ({
      campaign: { id },
      contactList: { id: CONTACT_LIST_ID },
      numberOfContactsCalled: 40,
      totalNumberOfContacts: 100,
      percentage: 40,
    }),
    stats: (id) => ({
      campaign: { id },
      contactRate: { connectRatio: 0.5 },
      idleAgents: 1.5,
      effectiveIdleAgents: 1,
      adjustedCallsPerAgent: 2.25,
      outstandingCalls: 7,
      scheduledCalls: 3,
      rightPartyContactsCount: 11,
    }),
    interactions: (id) =>
      id === CAMPAIGN_ID
        ? {
            campaign: { id, name: `Name of ${id}` },
            pendingInteractions: interactions.slice(0, 20),
            proceedingInteractions: interactions.slice(20, 40),
            previewingInteractions: interactions.slice(40, 60),
            interactingInteractions: interactions.slice(60, 80),
            scheduledInteractions: interactions.slice(80),
          }
        : undefined,
    conversations: (id) => (id === 'conversation-0' ? conversation(0) : undefined),
  };
}

/** The n-th interaction, created n seconds after the 0-th. */
export function interaction(n: number): Models.CampaignInteraction & { id: string } {
  return {
    id: `interaction-${String(n).padStart(3, '0')}`,
    campaign: ref(CAMPAIGN_ID, null, '/api/v2/outbound/campaigns'),
    agent: ref('user', n % 20, '/api/v2/users'),
    contact: {
      id: `contact-${n}`,
      name: `Name of contact-${n}`,
      selfUri: `/api/v2/outbound/contactlists/${CONTACT_LIST_ID}/contacts/contact-${n}`,
    },
    destinationAddress: `+1555${n}`,
    activePreviewCall: n % 2 === 0,
    creationTime: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
    callPlacedTime: '2026-01-01T10:00:00.250Z',
    queue: ref('queue', n % 5, '/api/v2/routing/queues'),
    script: ref('script', n % 3, '/api/v2/scripts'),
    disposition: 'LIVE_VOICE',
    callerName: 'Caller',
    callerAddress: '+15550100',
    conversation: conversation(n),
    dialerSystemParticipantId: `participant-${n}`,
    dialingMode: 'preview',
    skills: [ref('skill', n % 8, '/api/v2/routing/skills')],
  };
}

export function campaign(id: string): Models.Campaign {
  return {
    id,
    name: `Name of ${id}`,
    selfUri: `/api/v2/outbound/campaigns/${id}`,
    contactList: { id: CONTACT_LIST_ID, name: `Name of ${CONTACT_LIST_ID}` },
    queue: { id: 'queue-0', name: 'Name of queue-0' },
    script: { id: 'script-0', name: 'Name of script-0' },
    division: { id: 'division-1', name: 'Name of division-1' },
    dialingMode: 'preview',
    campaignStatus: 'on',
    phoneColumns: [],
    callerName: `Caller of ${id}`,
    callerAddress: '+15550100',
    dateCreated: '2025-12-01T00:00:00.000Z',
    dateModified: '2025-12-02T00:00:00.000Z',
  };
}

function user(id: string): Models.User {
  return {
    id,
    name: `Name of ${id}`,
    selfUri: `/api/v2/users/${id}`,
    email: `${id}@example.com`,
    department: `Department of ${id}`,
    title: `Title of ${id}`,
    username: `${id}@example.com`,
    state: id === 'user-19' ? 'inactive' : 'active',
    version: 1,
    division: { id: 'division-1', name: 'Name of division-1' },
    presence: {
      presenceDefinition: { systemPresence: `Presence of ${id}` },
      modifiedDate: '2026-01-01T00:00:00Z',
    },
    routingStatus: { userId: id, status: 'IDLE', startTime: '2026-01-01T00:00:00Z' },
    skills: [
      {
        id: 'skill-0',
        name: 'Name of skill-0',
        proficiency: 2.5,
        skillUri: '/api/v2/routing/skills/skill-0',
        selfUri: `/api/v2/users/${id}/routingskills/skill-0`,
      },
    ],
  };
}

export function contact(n: number): Models.DialerContact & { id: string } {
  return {
    id: `contact-${n}`,
    name: `Name of contact-${n}`,
    contactListId: CONTACT_LIST_ID,
    data: { Phone: `+1555${n}` },
    callable: n % 2 === 0,
    callRecords: { Phone: { lastAttempt: '2026-01-01T00:00:00.000Z', lastResult: `Result of contact-${n}` } },
    dateCreated: '2025-06-01T00:00:00.000Z',
    selfUri: `/api/v2/outbound/contactlists/${CONTACT_LIST_ID}/contacts/contact-${n}`,
  };
}

function conversation(n: number): Models.Conversation & Models.ConversationBasic {
  return {
    id: `conversation-${n}`,
    startTime: '2026-01-01T10:00:00Z',
    selfUri: `/api/v2/conversations/conversation-${n}`,
    participants: [
      {
        id: `participant-${n}`,
        name: `Participant ${n}`,
        purpose: 'agent',
        userId: `user-${n % 20}`,
        queueId: `queue-${n % 5}`,
        queueName: `Name of queue-${n % 5}`,
        wrapup: { code: 'wrap-up-1', name: 'Name of wrap-up-1', notes: 'Note', durationSeconds: 12 },
        attributes: { colour: 'blue' },
      },
    ],
  };
}

/** A reference with every property that references can have. */
function ref(kind: string, n: number | null, path: string) {
  const id = n === null ? kind : `${kind}-${n}`;
  return { id, name: `Name of ${id}`, selfUri: `${path}/${id}` };
}

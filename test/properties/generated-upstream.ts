import * as fc from 'fast-check';
import type { Fault } from '../../src/sandbox/fault.ts';
import type { Organisation } from '../../src/sandbox/organisation.ts';
import type { ResourceName } from '../../src/sandbox/route.ts';
import type { Row } from '../support/answers.ts';
import { campaign, interaction, supervisorsOrganisation } from '../support/organisation.ts';
import { type Damage, damageTo, oddAnswers, oddities, type Oddity, type Rows, rowsOf } from './damage.ts';

/** Ids that exist come first, the last of each is unknown to the upstream. */
const ids = {
  campaign: ['campaign-1', 'campaign-2', 'campaign-9'],
  contact: ['contact-0', 'contact-1', 'contact-999'],
  contactList: ['list-1', 'list-2', 'list-9'],
  division: ['division-1', 'division-9'],
  interaction: ['interaction-000', 'interaction-001', 'interaction-002', 'interaction-999'],
  queue: ['queue-0', 'queue-1', 'queue-99'],
  script: ['script-0', 'script-1', 'script-99'],
  skill: ['skill-0', 'skill-1', 'skill-99'],
  user: ['user-0', 'user-1', 'user-19', 'user-99'],
  conversation: ['conversation-0', 'conversation-9'],
  wrapUpCode: ['wrap-up-1', 'wrap-up-9'],
} satisfies Record<string, readonly string[]>;

/** The ids of a kind that operations ask for. */
export function idsOf(kind: string): readonly string[] {
  const known = new Map<string, readonly string[]>(Object.entries(ids)).get(kind);
  if (known === undefined) throw new TypeError(`There are no ids of the kind "${kind}": add some to ids.`);
  return known;
}

/** What is generated, as plain data, so that a case that fails can be read. */
export interface UpstreamPlan {
  readonly campaigns: readonly CampaignDraft[];
  readonly damage: readonly Damage[];
  readonly oddities: Readonly<Partial<Record<ResourceName, readonly Oddity[]>>>;
  /** A resource that answers with this status alone. */
  readonly failing: { readonly resource: ResourceName; readonly status: number } | null;
  /** UPSTREAM_BATCH_SIZE of the gateway. */
  readonly batchSize: number;
}

interface CampaignDraft {
  readonly row: Row & { readonly id: string };
  /** The answer about its interactions. */
  readonly body: Row;
}

const organisation = twoContactLists();
const lists = [
  'pendingInteractions',
  'proceedingInteractions',
  'previewingInteractions',
  'interactingInteractions',
  'scheduledInteractions',
];
const resources: readonly ResourceName[] = [
  'campaigns',
  'campaignInteractions',
  'campaignProgress',
  'campaignStats',
  'contactLists',
  'contacts',
  'conversations',
  'divisions',
  'queues',
  'scripts',
  'skills',
  'users',
  'wrapUpCodes',
];

/** Moments that differ, so that a field which is read from the property of another shows. */
function moment(n: number): string {
  return new Date(Date.UTC(2026, 0, 1, 11, 0, n)).toISOString();
}

/** A conversation of which everything is known. */
const conversation = {
  id: 'conversation-0',
  name: 'Name of conversation-0',
  selfUri: '/api/v2/conversations/conversation-0',
  startTime: moment(1),
  endTime: moment(2),
  participants: [
    {
      id: 'participant-0',
      name: 'Name of participant-0',
      purpose: 'agent',
      address: 'tel:+15550101',
      ani: 'tel:+15550102',
      dnis: 'tel:+15550103',
      startTime: moment(3),
      connectedTime: moment(4),
      endTime: moment(5),
      userId: 'user-0',
      queueId: 'queue-0',
      queueName: 'Own name of queue-0',
      wrapup: {
        code: 'wrap-up-1',
        name: 'Own name of wrap-up-1',
        notes: 'Notes',
        durationSeconds: 12,
        endTime: moment(6),
      },
      attributes: { colour: 'blue' },
    },
  ],
};

/** A reference as the upstream writes it, to one of these ids; sometimes to nothing. */
function reference(known: readonly string[], path: string) {
  const full = fc
    .record({ id: fc.constantFrom(...known), isNamed: fc.boolean(), isLinked: fc.boolean() })
    .map(({ id, isNamed, isLinked }) => ({
      id,
      ...(isNamed && { name: `Name of ${id}` }),
      ...(isLinked && { selfUri: `${path}/${id}` }),
    }));
  const nothing = fc.constantFrom(null, undefined, {}, { name: 'Of nobody' });
  return fc.oneof({ weight: 6, arbitrary: full }, { weight: 1, arbitrary: nothing });
}

const references = {
  agent: reference(ids.user, '/api/v2/users'),
  campaign: reference(ids.campaign, '/api/v2/outbound/campaigns'),
  queue: reference(ids.queue, '/api/v2/routing/queues'),
  script: reference(ids.script, '/api/v2/scripts'),
  skills: fc.option(fc.array(reference(ids.skill, '/api/v2/routing/skills'), { maxLength: 3 })),
};

/** A contact, and a conversation that may say where it is: one of them, or neither, tells the contact list. */
const contacts = fc
  .record({
    id: fc.constantFrom(...ids.contact),
    other: fc.constantFrom(...ids.contact),
    list: fc.constantFrom(...ids.contactList),
    toldBy: fc.constantFrom('uri', 'uri of another', 'attributes', 'preview', 'nothing'),
    participant: fc.record({
      userId: fc.option(fc.constantFrom(...ids.user)),
      queueId: fc.option(fc.constantFrom(...ids.queue)),
      wrapup: fc.option(
        fc.constantFrom(...ids.wrapUpCode).map((code) => ({ ...conversation.participants[0]?.wrapup, code })),
      ),
    }),
  })
  .map(({ id, other, list, toldBy, participant }) => ({
    contact: {
      id,
      ...(toldBy.startsWith('uri') && {
        selfUri: `/api/v2/outbound/contactlists/${list}/contacts/${toldBy === 'uri' ? id : other}`,
      }),
    },
    conversation: {
      ...conversation,
      participants: [
        null,
        {
          ...conversation.participants[0],
          ...participant,
          attributes: toldBy === 'attributes' ? { dialerContactId: other, dialerContactListId: list } : {},
          callbacks:
            toldBy === 'preview' ? [{ dialerPreview: { contactId: other, contactListId: list } }] : null,
        },
      ],
    },
  }));

const interactions = fc
  .record({
    ...references,
    contacts,
    n: fc.nat(3),
    list: fc.constantFrom(...lists),
    creationTime: fc.constantFrom(
      null,
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:00:01.500Z',
      '2026-01-02T00:00:00Z',
    ),
    disposition: fc.constantFrom(null, 'BUSY', 'disposition.classification.callable.person', 'of tomorrow'),
    activePreviewCall: fc.option(fc.boolean()),
  })
  .map(({ n, list, contacts: contact, ...row }) => ({
    list,
    row: {
      ...interaction(n),
      lastActivePreviewWrapupTime: moment(10 + n),
      callRoutedTime: moment(20 + n),
      previewConnectedTime: moment(30 + n),
      previewPopDeliveredTime: moment(40 + n),
      ...contact,
      ...row,
    },
  }));

const campaigns = fc.record({
  contactList: reference(ids.contactList, '/api/v2/outbound/contactlists'),
  division: reference(ids.division, '/api/v2/authorization/divisions'),
  queue: references.queue,
  script: references.script,
  campaignStatus: fc.constantFrom('on', 'forced_off', 'of_tomorrow'),
  interactions: fc.array(interactions, { maxLength: 6 }),
});

/** Upstreams with up to two campaigns, whose answers are damaged here and there, and what else may be odd about them. */
export const upstreamPlans: fc.Arbitrary<UpstreamPlan> = fc
  .array(campaigns, { minLength: 1, maxLength: 2 })
  .map((drafts) =>
    drafts.map(({ interactions: placed, ...row }, index): CampaignDraft => {
      const id = `campaign-${index + 1}`;
      return { row: { ...campaign(id), ...row, id }, body: { campaign: { id }, ...inLists(placed) } };
    }),
  )
  .chain((drafts) =>
    fc.record({
      campaigns: fc.constant(drafts),
      damage: fc.array(damageTo(rowsHeld(drafts)), { maxLength: 12 }),
      oddities: fc.dictionary(fc.constantFrom(...resources), fc.subarray([...oddities])),
      failing: fc.option(
        fc.record({ resource: fc.constantFrom(...resources), status: fc.constantFrom(403, 404, 500) }),
        { freq: 4 },
      ),
      batchSize: fc.constantFrom(1, 2, 3, 100),
    }),
  );

/** What the sandbox is started with, to be such an upstream. */
export function sandboxOptions({ campaigns: drafts, damage, oddities: odd, failing }: UpstreamPlan): {
  organisation: Organisation;
  faults: Fault[];
} {
  const rows = rowsHeld(drafts);
  return {
    organisation: { ...organisation, campaigns: drafts.map(({ row }) => campaign(row.id)) },
    faults: [
      ...(failing ? [{ kind: 'status' as const, ...failing }] : []),
      ...resources.map((resource) => oddAnswers(resource, rows, damage, odd[resource] ?? [])),
    ],
  };
}

const [wrapUpCode] = organisation.wrapUpCodes;

function rowsHeld(drafts: readonly CampaignDraft[]): Rows {
  return new Map([
    ...rowsOf(organisation),
    ['conversations conversation-0', conversation],
    ['wrapUpCodes wrap-up-1', { ...wrapUpCode, selfUri: '/api/v2/routing/wrapupcodes/wrap-up-1' }],
    ...drafts.flatMap(({ row, body }): [string, Row][] => [
      [
        `campaignStats ${row.id}`,
        {
          ...organisation.stats(row.id, 0),
          contactRate: { attempts: 8, connects: 4, connectRatio: 0.5 },
        },
      ],
      [`campaigns ${row.id}`, row],
      [`campaignInteractions ${row.id}`, body],
    ]),
  ]);
}

function inLists(placed: readonly { list: string; row: Row }[]): Row {
  return Object.fromEntries(
    lists.map((list) => [list, placed.filter((draft) => draft.list === list).map(({ row }) => row)]),
  );
}

/** The supervisor's organisation with a second contact list, in which the same ids stand for other contacts. */
function twoContactLists(): Organisation {
  const base = supervisorsOrganisation();
  const first = base.contacts.get('list-1') ?? new Map<string, never>();
  const second = [...first]
    .slice(0, 3)
    .map(
      ([id, row]) =>
        [
          id,
          { ...row, name: `Other ${row.name}`, contactListId: 'list-2', data: { Phone: `Other ${id}` } },
        ] as const,
    );
  return {
    ...base,
    contactLists: [
      ...base.contactLists,
      ...base.contactLists.map((row) => ({ ...row, id: 'list-2', name: 'Name of list-2' })),
    ],
    contacts: new Map([
      ['list-1', first],
      ['list-2', new Map(second)],
    ]),
    // What they hold is written into the answers.
    interactions: (id) => (ids.campaign.slice(0, 2).includes(id) ? {} : undefined),
  };
}

import * as fc from 'fast-check';
import type { Row } from '../support/answers.ts';
import { campaign, interaction } from '../support/organisation.ts';
import { nodeIdOf } from './reference-values.ts';
import { resourcesById, resourceTable as table } from './resource-table.ts';

const contactIds = ['contact-0', 'contact-1', 'contact-999'];

const interactionIds = ['interaction-000', 'interaction-001', 'interaction-002', 'interaction-999'];
const scopedIds: readonly [kind: string, scopes: readonly string[], ids: readonly (string | number)[]][] = [
  ['CampaignInteraction', table.campaigns.ids, interactionIds],
  ['Contact', table.contactLists.ids, contactIds],
  ['ContactOfCampaign', table.campaigns.ids, contactIds],
  ['Participant', table.conversations.ids, ['participant-0', 'nobody', 0, 9]],
];
const nodeIds = [
  ...resourcesById.flatMap(({ type, ids }) => ids.map((id) => nodeIdOf(type, id))),
  ...scopedIds.flatMap(([kind, scopes, ids]) =>
    scopes.flatMap((scope) => ids.map((id) => nodeIdOf(kind, scope, id))),
  ),
];

/** Ids by kind. The last id of each kind is unknown to the upstream. */
const idsByKind = new Map<string, readonly string[]>([
  ...resourcesById.map(({ type, ids }) => [`${type.charAt(0).toLowerCase()}${type.slice(1)}`, ids] as const),
  ['contact', contactIds],
  ['interaction', interactionIds],
  ['node', nodeIds],
]);

/** Ids of a kind, for the arguments of operations. */
export function idsOf(kind: string): readonly string[] {
  const known = idsByKind.get(kind);
  if (known === undefined) throw new TypeError(`There are no ids of the kind "${kind}".`);
  return known;
}

/** Campaign as the upstream answers it. */
export interface CampaignDraft {
  readonly row: Row & { readonly id: string };
  /** Body of the answer about its interactions. */
  readonly body: Row;
}

const lists = [
  'pendingInteractions',
  'proceedingInteractions',
  'previewingInteractions',
  'interactingInteractions',
  'scheduledInteractions',
];

/** Moment that differs for each `n`, so that a field read from the wrong property is noticed. */
function moment(n: number): string {
  return new Date(Date.UTC(2026, 0, 1, 11, 0, n)).toISOString();
}

/** Conversation in which no property is missing. */
export const conversation = {
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

/** Reference as the upstream writes it, to one of these ids or to nothing. */
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
  agent: reference(table.users.ids, '/api/v2/users'),
  campaign: reference(table.campaigns.ids, '/api/v2/outbound/campaigns'),
  queue: reference(table.queues.ids, '/api/v2/routing/queues'),
  script: reference(table.scripts.ids, '/api/v2/scripts'),
  skills: fc.option(fc.array(reference(table.skills.ids, '/api/v2/routing/skills'), { maxLength: 3 })),
};

/** Contact and conversation, of which one or none names the contact list. */
const contacts = fc
  .record({
    id: fc.constantFrom(...contactIds),
    other: fc.constantFrom(...contactIds),
    list: fc.constantFrom(...table.contactLists.ids),
    toldBy: fc.constantFrom('uri', 'uri of another', 'attributes', 'preview', 'nothing'),
    participant: fc.record({
      userId: fc.option(fc.constantFrom(...table.users.ids)),
      queueId: fc.option(fc.constantFrom(...table.queues.ids)),
      wrapup: fc.option(
        fc
          .constantFrom(...table.wrapUpCodes.ids)
          .map((code) => ({ ...conversation.participants[0]?.wrapup, code })),
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
  contactList: reference(table.contactLists.ids, '/api/v2/outbound/contactlists'),
  division: reference(table.divisions.ids, '/api/v2/authorization/divisions'),
  queue: references.queue,
  script: references.script,
  campaignStatus: fc.constantFrom('on', 'forced_off', 'of_tomorrow'),
  interactions: fc.array(interactions, { maxLength: 6 }),
});

/** Drafts of one or two campaigns with their interactions. */
export const campaignDrafts: fc.Arbitrary<CampaignDraft[]> = fc
  .array(campaigns, { minLength: 1, maxLength: 2 })
  .map((drafts) =>
    drafts.map(({ interactions: placed, ...row }, index): CampaignDraft => {
      const id = `campaign-${index + 1}`;
      return { row: { ...campaign(id), ...row, id }, body: { campaign: { id }, ...inLists(placed) } };
    }),
  );

function inLists(placed: readonly { list: string; row: Row }[]): Row {
  return Object.fromEntries(
    lists.map((list) => [list, placed.filter((draft) => draft.list === list).map(({ row }) => row)]),
  );
}

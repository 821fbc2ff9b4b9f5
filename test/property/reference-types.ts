/** Sources of the fields of each type, read one by one and without regard to the number of calls. */
import {
  builtInRow,
  CouldNotBeKnown,
  isId,
  nameOrNull,
  nodeIdOf,
  isRow,
  listIn,
  objectIn,
  type Ref,
  referenceIn,
  type Row,
  textOrNull,
  usableId,
  utc,
} from './reference-values.ts';
import type { Chain, Found, ReferenceUpstream } from './reference-upstream.ts';
import { resourceOfType } from './resource-table.ts';

/** Object of the answer: its data known so far, and the calls that gave it. */
export type Source =
  | {
      readonly kind: 'row';
      readonly row: Row;
      readonly chain: Chain;
      /** Only of statistics: the campaign by which the others are read, and the chain before these. */
      readonly campaign?: { readonly ref: Ref; readonly chain: Chain };
    }
  | {
      readonly kind: 'entity';
      readonly ref: Ref;
      readonly chain: Chain;
      /** Whole row, when it is known already. */
      readonly row?: Row;
      /** Only of contacts: a reference to the contact list, or the campaign from which to read it. */
      readonly contactList?: ContactListHint;
      /** Only of contacts that are known by their campaign, of which the list is known all the same. */
      readonly nodeId?: string;
    };

type ContactListHint = { readonly ref: Ref } | { readonly campaignId: string };

/** Id of an entity for caches. */
export function nodeIdIn(typeName: string, source: Extract<Source, { kind: 'entity' }>): string {
  const { ref, contactList, nodeId } = source;
  if (nodeId !== undefined) return nodeId;
  if (typeof ref.id !== 'string') throw new CouldNotBeKnown('The id is no text.');
  if (contactList === undefined) return nodeIdOf(typeName, ref.id);
  return 'ref' in contactList
    ? nodeIdOf('Contact', contactList.ref.id, ref.id)
    : nodeIdOf('ContactOfCampaign', contactList.campaignId, ref.id);
}

/** Source whose row is known, because it was read by this id. */
export function foundEntity(row: Row, id: string, chain: Chain): Source {
  const { name, selfUri } = row;
  const ref = { id, name: nameOrNull(name), selfUri: textOrNull(selfUri), isUsable: true };
  return { kind: 'entity', ref, row, chain };
}

/** Contact that was read in this list; `nodeId` where it was asked for by its campaign. */
export function foundContact(row: Row, id: string, chain: Chain, list: Ref, nodeId?: string): Source {
  const found = foundEntity(row, id, chain);
  return found.kind === 'row' ? found : { ...found, contactList: { ref: list }, ...(nodeId && { nodeId }) };
}

/** Statistics that take a call for each campaign. */
export const statsById: ReadonlySet<string> = new Set([
  'attempts',
  'connects',
  'validAttempts',
  'timeZoneRescheduledCalls',
  'filteredOutContactsCount',
  'linesUtilization',
  'successCount',
  'neutralCount',
  'failureCount',
]);

/** Values of fields that are not the property of the same name, by type and field. */
export const properties: Readonly<Record<string, (row: Row) => unknown>> = {
  'CampaignInteraction.dispositionCode': (row) => row['disposition'],
  'CampaignStats.successCount': (row) => objectIn(row['businessCategoryMetrics'])?.['successCount'],
  'CampaignStats.neutralCount': (row) => objectIn(row['businessCategoryMetrics'])?.['neutralCount'],
  'CampaignStats.failureCount': (row) => objectIn(row['businessCategoryMetrics'])?.['failureCount'],
  'CampaignStats.attempts': (row) => objectIn(row['contactRate'])?.['attempts'],
  'CampaignStats.connects': (row) => objectIn(row['contactRate'])?.['connects'],
  'CampaignStats.connectRatio': (row) => objectIn(row['contactRate'])?.['connectRatio'],
  'CampaignInteraction.nodeId': (row) => nodeIdOf('CampaignInteraction', row['campaignId'], row['id']),
  'Contact.callRecords': (row) => {
    const records = objectIn(row['callRecords']);
    return (
      records &&
      Object.entries(records).map(([column, record]) => {
        const found = objectIn(record);
        return found && { ...found, column };
      })
    );
  },
  'Conversation.participants': (row) =>
    listIn(row['participants'])?.map((participant, place) =>
      isRow(participant) ? { ...participant, conversationId: row['id'], place } : participant,
    ),
  'Participant.nodeId': (row) =>
    nodeIdOf('Participant', row['conversationId'], textOrNull(row['id']) ?? row['place']),
  'Participant.queue': (row) => ({ id: row['queueId'], name: row['queueName'] }),
  'Participant.user': (row) => ({ id: row['userId'], selfUri: row['userUri'] }),
  'RoutingStatus.statusCode': (row) => row['status'],
  'UserPresence.systemPresence': (row) => objectIn(row['presenceDefinition'])?.['systemPresence'],
  'UserPresence.systemPresenceCode': (row) => objectIn(row['presenceDefinition'])?.['systemPresence'],
  'UserSkill.skill': (row) => ({ id: row['id'], name: row['name'], selfUri: row['skillUri'] }),
  'Wrapup.code': (row) => ({ id: row['code'], name: row['name'] }),
};

/** Lists of the upstream and their states. The first list that has an interaction counts. */
const states = [
  ['interactingInteractions', 'INTERACTING'],
  ['previewingInteractions', 'PREVIEWING'],
  ['proceedingInteractions', 'PROCEEDING'],
  ['scheduledInteractions', 'SCHEDULED'],
  ['pendingInteractions', 'PENDING'],
] as const;

/** All interactions of a campaign, each once, with campaignId and state; `isWhole` is false when some were left out. */
export function interactionsIn(body: Row, campaignId: string): { rows: Row[]; isWhole: boolean } {
  const rows = new Map<string, Row>();
  let isWhole = true;
  for (const [list, state] of states) {
    const elements = body[list] ?? [];
    if (!Array.isArray(elements)) isWhole = false;
    else {
      for (const element of elements) {
        const id = isRow(element) ? textOrNull(element['id']) : null;
        if (!isRow(element) || id === null) isWhole = false;
        else if (!rows.has(id)) rows.set(id, { ...element, campaignId, state });
      }
    }
  }
  return { rows: [...rows.values()], isWhole };
}

/** Contact list of an interaction's contact, from its most trusted source. */
export function contactListHint(contact: Ref, interaction: Row): ContactListHint {
  const id =
    fromUri(contact) ??
    inParticipants(interaction, (participant) => {
      const attributes = isRow(participant['attributes']) ? participant['attributes'] : {};
      return said(attributes['dialerContactId'], contact.id, attributes['dialerContactListId']);
    }) ??
    inParticipants(interaction, (participant) => {
      const callbacks: unknown[] = Array.isArray(participant['callbacks']) ? participant['callbacks'] : [];
      for (const callback of callbacks) {
        const preview = isRow(callback) && isRow(callback['dialerPreview']) ? callback['dialerPreview'] : {};
        const found = said(preview['contactId'], contact.id, preview['contactListId']);
        if (found !== null) return found;
      }
      return null;
    });
  return id === null
    ? { campaignId: String(interaction['campaignId']) }
    : { ref: { id, name: null, selfUri: null, isUsable: true } };
}

function fromUri({ id, selfUri }: Ref): string | null {
  const [, list, contact] = /\/outbound\/contactlists\/([^/]+)\/contacts\/([^/]+)$/.exec(selfUri ?? '') ?? [];
  return typeof id === 'string' && contact === id && isId(list) ? list : null;
}

function said(contactId: unknown, wanted: unknown, list: unknown): string | null {
  return (contactId ?? wanted) === wanted && isId(list) ? list : null;
}

function inParticipants(interaction: Row, find: (participant: Row) => string | null): string | null {
  const { conversation } = interaction;
  const participants = isRow(conversation) ? conversation['participants'] : null;
  if (!Array.isArray(participants) || !participants.every((row) => row === null || isRow(row))) return null;
  for (const participant of participants) {
    const found = isRow(participant) ? find(participant) : null;
    if (found !== null) return found;
  }
  return null;
}

/** Contact list of a contact: known, or that of the campaign. */
export async function contactListOf(
  hint: ContactListHint,
  chain: Chain,
  upstream: ReferenceUpstream,
): Promise<{ ref: Ref; chain: Chain }> {
  if ('ref' in hint) return { ref: hint.ref, chain };
  const campaign = await upstream.one('campaigns', hint.campaignId, chain);
  const ref = campaign.row && referenceIn(campaign.row['contactList']);
  if (ref === null) throw new CouldNotBeKnown('Nothing tells the contact list.');
  return { ref, chain: campaign.chain };
}

/** Row of an entity, with the chain after its call. */
export async function entityRow(
  type: string,
  { row, chain, ref, contactList }: Extract<Source, { kind: 'entity' }>,
  upstream: ReferenceUpstream,
): Promise<Found> {
  const known = row ?? builtInRow(type, ref.id);
  if (known) return { row: known, chain };
  if (contactList) {
    const list = await contactListOf(contactList, chain, upstream);
    return upstream.one('contacts', usableId(ref), list.chain, usableId(list.ref));
  }
  const resource = resourceOfType[type];
  if (resource === undefined) throw new TypeError(`${type} is read from a resource.`);
  return upstream.one(resource, usableId(ref), chain);
}

/** Creation time in epoch milliseconds; NaN when it is absent or cannot be read. */
export function creationMs(row: Row): number {
  return Date.parse(utc(row['creationTime']) ?? 'none');
}

/** True when an interaction meets the filter; a value that is absent or cannot be read does not match. */
export function matches(row: Row, filter: Row): boolean {
  const time = creationMs(row);
  const idOf = (value: unknown) => (isRow(value) && isId(value['id']) ? value['id'] : undefined);
  const skills = orEmpty(() => (listIn(row['skills']) ?? []).map((skill) => referenceIn(skill)?.id));
  const conditions: Readonly<Record<string, (wanted: unknown) => boolean>> = {
    states: (wanted) => includes(wanted, row['state']),
    agentIds: (wanted) => includes(wanted, idOf(row['agent'])),
    queueIds: (wanted) => includes(wanted, idOf(row['queue'])),
    skillIds: (wanted) => skills.some((id) => id !== undefined && includes(wanted, id)),
    activePreviewCall: (wanted) => row['activePreviewCall'] === wanted,
    createdAfter: (wanted) => time > Date.parse(String(wanted)),
    createdBefore: (wanted) => time < Date.parse(String(wanted)),
  };
  return Object.entries(filter).every(([name, wanted]) => wanted === null || conditions[name]?.(wanted));
}

function includes(wanted: unknown, value: unknown): boolean {
  return Array.isArray(wanted) && wanted.includes(value);
}

function orEmpty<Element>(read: () => Element[]): Element[] {
  try {
    return read();
  } catch {
    return [];
  }
}

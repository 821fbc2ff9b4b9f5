import type { Models } from 'purecloud-platform-client-v2';
import type { Slices } from '../lib/slices.ts';
import type { AnswerFault } from '../upstream/answer.ts';
import { campaignIdOf } from './campaigns.ts';
import { contactListIn } from './contact-list-of-contact.ts';
import type { ContactReference } from './contacts.ts';
import { ConversationRecord, type ParticipantRecord } from './conversations.ts';
import { dispositionOf } from './disposition.ts';
import { comparableId, isContactId } from './wire/ids.ts';
import { CONTACT_OF_CAMPAIGN, contactNodeId, scopedNodeId } from './wire/node-id.ts';
import { type Reference, referenceFrom } from './wire/reference.ts';
import { oneByOne } from './resource.ts';
import { isObject, orNull, WireRecord } from './wire/wire-record.ts';
import type { EntityOrigin } from './wire/origin.ts';

/**
 * The upstream's five lists, each with the state of its interactions. Order matters: the first list wins if two lists hold
 * the same interaction (unconfirmed), so the furthest state comes first.
 */
const lists = [
  ['interactingInteractions', 'INTERACTING'],
  ['previewingInteractions', 'PREVIEWING'],
  ['proceedingInteractions', 'PROCEEDING'],
  ['scheduledInteractions', 'SCHEDULED'],
  ['pendingInteractions', 'PENDING'],
] as const satisfies (readonly [keyof Models.CampaignInteractions, string])[];

export type CampaignInteractionState = (typeof lists)[number][1];

export class CampaignInteractionRecord extends WireRecord<Models.CampaignInteraction> {
  readonly id: string;
  /** Id of the campaign that was asked for; `campaign` is the row's own reference. */
  readonly campaignId: string;
  readonly state: CampaignInteractionState;
  /** Memoized, because references are read twice, once to load their entities, and requests share a list. */
  readonly #references: Partial<Record<'campaign' | 'agent' | 'queue' | 'script', Reference | null>> = {};
  #contact: InteractionContact | null | undefined;
  /** Memoized, because every page of a list is located by the creation time. */
  #creationTimeMs: number | null | undefined;
  #skills: Reference[] | null | undefined;

  constructor(row: object, origin: EntityOrigin, campaignId: string, state: CampaignInteractionState) {
    super(row, origin);
    this.id = origin.id;
    this.campaignId = campaignId;
    this.state = state;
  }

  get nodeId() {
    return scopedNodeId('CampaignInteraction', this.campaignId, this.id);
  }
  get campaign() {
    return this.#referenceAt('campaign');
  }
  get agent() {
    return this.#referenceAt('agent');
  }
  get contact() {
    if (this.#contact === undefined) {
      const contact = this.reference('contact', isContactId);
      this.#contact = contact && new InteractionContact(contact, this);
    }
    return this.#contact;
  }
  get destinationAddress() {
    return this.text('destinationAddress');
  }
  get activePreviewCall() {
    return this.flag('activePreviewCall');
  }
  get lastActivePreviewWrapupTime() {
    return this.dateTime('lastActivePreviewWrapupTime');
  }
  get creationTime() {
    return this.dateTime('creationTime');
  }
  /** Epoch milliseconds; null when missing or broken. */
  get creationTimeMs() {
    if (this.#creationTimeMs === undefined) this.#creationTimeMs = this.epochMs('creationTime');
    return this.#creationTimeMs;
  }
  get callPlacedTime() {
    return this.dateTime('callPlacedTime');
  }
  get callRoutedTime() {
    return this.dateTime('callRoutedTime');
  }
  get previewConnectedTime() {
    return this.dateTime('previewConnectedTime');
  }
  get queue() {
    return this.#referenceAt('queue');
  }
  get script() {
    return this.#referenceAt('script');
  }
  get disposition() {
    return dispositionOf(this.dispositionCode);
  }
  get dispositionCode() {
    return this.text('disposition');
  }
  get callerName() {
    return this.nameAt('callerName');
  }
  get callerAddress() {
    return this.text('callerAddress');
  }
  get previewPopDeliveredTime() {
    return this.dateTime('previewPopDeliveredTime');
  }
  /** Conversation that the upstream inlines; null when it has no id. Personal data. */
  get conversation() {
    const conversation = this.nested('conversation');
    // Whatever text is its id: nothing is asked for by it.
    const id = referenceFrom(conversation, this.origin)?.id;
    return conversation && id !== undefined
      ? new ConversationRecord(conversation, { ...this.origin, type: 'Conversation', id })
      : null;
  }
  /** Participants of the conversation, even of one without an id; empty when unreadable. */
  get participants(): readonly ParticipantRecord[] {
    return (
      orNull(() => {
        const conversation = this.nested('conversation');
        return (
          conversation && new ConversationRecord(conversation, { ...this.origin, id: this.id }).participants
        );
      }) ?? []
    );
  }
  get dialerSystemParticipantId() {
    return this.text('dialerSystemParticipantId');
  }
  get dialingMode() {
    return this.text('dialingMode');
  }
  get skills() {
    if (this.#skills === undefined) this.#skills = this.references('skills');
    return this.#skills;
  }

  #referenceAt(key: 'campaign' | 'agent' | 'queue' | 'script'): Reference | null {
    let reference = this.#references[key];
    if (reference === undefined) {
      reference = this.reference(key);
      this.#references[key] = reference;
    }
    return reference;
  }
}

/** Reference from an interaction to its contact. */
class InteractionContact implements ContactReference {
  readonly ownName: string | null;
  readonly selfUri: string | null;
  readonly #reference: Reference;
  readonly #interaction: CampaignInteractionRecord;
  /** Memoized, because every selected field of the contact reads it. */
  #contactList: { readonly found: Reference | null } | undefined;

  constructor(reference: Reference, interaction: CampaignInteractionRecord) {
    this.ownName = reference.ownName;
    this.selfUri = reference.selfUri;
    this.#reference = reference;
    this.#interaction = interaction;
  }

  get id() {
    return this.#reference.id;
  }
  get refusal() {
    return this.#reference.refusal;
  }
  /** By the contact list where the row names it, and else by the campaign, so that no call is needed. */
  get nodeId() {
    return this.contactList === null
      ? contactNodeId(CONTACT_OF_CAMPAIGN, this.campaignId, this.id)
      : contactNodeId('Contact', this.contactList.id, this.id);
  }
  get contactList() {
    this.#contactList ??= { found: contactListIn(this, this.#interaction) };
    return this.#contactList.found;
  }
  get campaignId() {
    return this.#interaction.campaignId;
  }
  get origin() {
    return this.#interaction.origin;
  }
}

type ListBody = Partial<Record<keyof Models.CampaignInteractions, unknown>>;

/** Cost of reading a row, in bytes of JSON that would be parsed meanwhile. */
const BYTES_PER_RECORD = 256;

/** Rows of a list that were read. */
class ListRows {
  /** Keyed by `comparableId`. */
  readonly byId = new Map<string, CampaignInteractionRecord>();
  readonly faults = new Set<AnswerFault>();
  readonly #origin: EntityOrigin;

  constructor(origin: EntityOrigin) {
    this.#origin = origin;
  }

  /** Rows of each of the upstream's lists, with their state. */
  rowsIn(body: ListBody): (readonly [rows: readonly unknown[], state: CampaignInteractionState])[] {
    return lists.map(([list, state]) => {
      const rows = body[list] ?? [];
      if (!Array.isArray(rows)) this.faults.add('body');
      return [Array.isArray(rows) ? rows : [], state];
    });
  }

  add(row: unknown, state: CampaignInteractionState): void {
    const { answer, id: campaignId } = this.#origin;
    const { id }: { id?: unknown } = isObject(row) ? row : {};
    // Any text will do: no call carries the id of an interaction.
    if (!isObject(row) || typeof id !== 'string' || id === '') {
      this.faults.add('row');
      return;
    }
    const key = comparableId(id);
    if (this.byId.has(key)) return;
    const own = { answer, type: 'CampaignInteraction', id };
    this.byId.set(key, new CampaignInteractionRecord(row, own, campaignId, state));
  }
}

/** Interactions of a campaign at one moment: each once, in no particular order. */
export class CampaignInteractionList {
  readonly interactions: readonly CampaignInteractionRecord[];
  /** Reasons for which rows or lists were left out, each once. */
  readonly faults: readonly AnswerFault[];
  readonly origin: EntityOrigin;
  readonly #byId: ReadonlyMap<string, CampaignInteractionRecord>;
  readonly #arrangements = new Map<string, readonly CampaignInteractionRecord[]>();
  readonly #arranging = new Map<string, Promise<readonly CampaignInteractionRecord[]>>();

  constructor(body: ListBody, origin: EntityOrigin, rows = allRows(body, origin)) {
    this.interactions = [...rows.byId.values()];
    this.#byId = rows.byId;
    this.faults = [...rows.faults];
    this.origin = origin;
  }

  static async inSlices(
    body: ListBody,
    origin: EntityOrigin,
    slices: Slices,
  ): Promise<CampaignInteractionList> {
    const read = new ListRows(origin);
    for (const [rows, state] of read.rowsIn(body)) {
      for (const row of rows) {
        read.add(row, state);
        // oxlint-disable-next-line eslint/no-await-in-loop -- one slice after the other
        if (slices.isOver(BYTES_PER_RECORD)) await slices.next();
      }
    }
    return new CampaignInteractionList(body, origin, read);
  }

  /** Interaction with this id; undefined when the list lacks it. */
  named(id: string): CampaignInteractionRecord | undefined {
    return this.#byId.get(comparableId(id));
  }

  /** Interactions in the order called `name`; `arrange` runs at most once per name. */
  arranged(
    name: string,
    arrange: (interactions: readonly CampaignInteractionRecord[]) => readonly CampaignInteractionRecord[],
  ): readonly CampaignInteractionRecord[] {
    let arranged = this.#arrangements.get(name);
    if (arranged === undefined) {
      arranged = arrange(this.interactions);
      this.#arrangements.set(name, arranged);
    }
    return arranged;
  }

  /** `arranged` for a list of many interactions. */
  arrangedInSlices(
    name: string,
    arrange: (
      interactions: readonly CampaignInteractionRecord[],
    ) => Promise<readonly CampaignInteractionRecord[]>,
  ): Promise<readonly CampaignInteractionRecord[]> {
    let arranging = this.#arranging.get(name);
    if (arranging === undefined) {
      arranging = arrange(this.interactions);
      this.#arranging.set(name, arranging);
    }
    return arranging;
  }
}

function allRows(body: ListBody, origin: EntityOrigin): ListRows {
  const read = new ListRows(origin);
  for (const [rows, state] of read.rowsIn(body)) for (const row of rows) read.add(row, state);
  return read;
}

/** All interactions of a campaign, by its id; one answer without paging. */
export const campaignInteractions = oneByOne({
  name: 'campaignInteractions',
  type: 'Campaign',
  resultType: 'CampaignInteractionConnection',
  permissions: ['outbound:campaign:view'],
  path: '/api/v2/outbound/campaigns',
  below: '/interactions',
  ttl: 'live',
  federated: { type: 'CampaignInteraction', key: ['campaignId', 'id'], isListed: true },
  idOf: campaignIdOf,
  Entity: CampaignInteractionList,
});

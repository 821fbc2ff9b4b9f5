import type { Models } from 'purecloud-platform-client-v2';
import { oneByOne } from './resource.ts';
import { comparableId } from './wire/ids.ts';
import { nodeIdOf, scopedNodeId } from './wire/node-id.ts';
import type { Origin } from './wire/origin.ts';
import { EntityRecord, orNull, WireRecord } from './wire/wire-record.ts';

/** Conversation, inlined in an interaction or loaded by id: both forms agree in all that is read here. Personal data. */
export class ConversationRecord extends EntityRecord<Models.ConversationBasic> {
  get nodeId() {
    return nodeIdOf('Conversation', this.id);
  }
  get name() {
    return this.ownName;
  }
  get startTime() {
    return this.dateTime('startTime');
  }
  get endTime() {
    return this.dateTime('endTime');
  }
  get participants() {
    const { origin, id } = this;
    const rows = this.list('participants');
    if (rows === null) return null;
    const repeated = new RepeatedIds(rows);
    return rows.map((row, place) => new ParticipantRecord(row, origin, id, place, repeated));
  }
}

/** Places of the participants whose id an earlier one has; a cache would take the two for one. Found when first asked for. */
class RepeatedIds {
  readonly #rows: readonly { readonly id?: unknown }[];
  #places: ReadonlySet<number> | undefined;

  constructor(rows: readonly { readonly id?: unknown }[]) {
    this.#rows = rows;
  }

  isAt(place: number): boolean {
    this.#places ??= this.#found();
    return this.#places.has(place);
  }

  #found(): ReadonlySet<number> {
    const seen = new Set<string>();
    const places = new Set<number>();
    for (const [place, { id }] of this.#rows.entries()) {
      if (typeof id !== 'string') continue;
      const key = comparableId(id);
      if (seen.has(key)) places.add(place);
      seen.add(key);
    }
    return places;
  }
}

export class ParticipantRecord extends WireRecord<Models.ParticipantBasic> {
  readonly #conversationId: string;
  readonly #place: number;
  readonly #repeated: RepeatedIds;

  /** `place` is the participant's index among the conversation's rows. */
  constructor(row: object, origin: Origin, conversationId: string, place: number, repeated: RepeatedIds) {
    super(row, origin);
    this.#conversationId = conversationId;
    this.#place = place;
    this.#repeated = repeated;
  }

  get nodeId() {
    const id = this.#repeated.isAt(this.#place) ? null : orNull(() => this.id);
    return scopedNodeId('Participant', this.#conversationId, id ?? this.#place);
  }

  get id() {
    return this.text('id');
  }
  get name() {
    return this.nameAt('name');
  }
  get purpose() {
    return this.text('purpose');
  }
  get address() {
    return this.text('address');
  }
  get ani() {
    return this.text('ani');
  }
  get dnis() {
    return this.text('dnis');
  }
  get startTime() {
    return this.dateTime('startTime');
  }
  get connectedTime() {
    return this.dateTime('connectedTime');
  }
  get endTime() {
    return this.dateTime('endTime');
  }
  // The participant's name may be a station or a number, so it is not used as the user's name.
  get user() {
    return this.referenceBy('userId', undefined, 'userUri');
  }
  get queue() {
    return this.referenceBy('queueId', 'queueName');
  }
  get wrapup() {
    const wrapup = this.nested('wrapup');
    return wrapup && new WrapupRecord(wrapup, this.origin);
  }
  get attributes() {
    return this.json('attributes');
  }
  /** Attributes for the gateway's own use, which may be too large to be passed on. */
  get allAttributes() {
    return this.nested('attributes');
  }
  get callbacks() {
    return this.list('callbacks')?.map((row) => new CallbackRecord(row, this.origin)) ?? null;
  }
}

export class WrapupRecord extends WireRecord<Models.Wrapup> {
  /** The vendor's `code` is the wrap-up code's id, its `name` the code's name. */
  get code() {
    return this.referenceBy('code', 'name');
  }
  get name() {
    return this.nameAt('name');
  }
  get notes() {
    return this.writtenText('notes');
  }
  get durationSeconds() {
    return this.integer('durationSeconds');
  }
  get endTime() {
    return this.dateTime('endTime');
  }
}

class CallbackRecord extends WireRecord<Models.CallbackBasic> {
  get dialerPreview() {
    const preview = this.nested('dialerPreview');
    return preview && new DialerPreviewRecord(preview, this.origin);
  }
}

class DialerPreviewRecord extends WireRecord<Models.DialerPreview> {
  get contactId() {
    return this.text('contactId');
  }
  get contactListId() {
    return this.text('contactListId');
  }
}

/** No bulk call exists for conversations under way. */
export const conversations = oneByOne({
  name: 'conversations',
  type: 'Conversation',
  permissions: ['conversation:communication:view'],
  ttl: { name: 'CONVERSATION', seconds: 5 },
  isPersonal: true,
  root: 'conversation',
  cardinalities: {
    participantsPerConversation: {
      most: 10,
      meaning: 'participants of a conversation',
      perObject: 'Conversation.participants',
    },
  },
  path: '/api/v2/conversations',
  Entity: ConversationRecord,
});

import type { Models } from 'purecloud-platform-client-v2';

/** Reference of the upstream. A missing name has to be read from the entity. */
export interface Ref {
  readonly id: string;
  readonly name?: string;
  readonly selfUri?: string;
}

type Wire<Model, Fields> = Omit<Partial<Model>, keyof Fields> & Fields;

export type User = Wire<Models.User, Ref>;
export type Campaign = Wire<Models.Campaign, Ref>;
export type Queue = Wire<Models.Queue, Ref>;
export type Skill = Wire<Models.RoutingSkill, Ref>;
export type Script = Wire<Models.Script, Ref>;
export type Contact = Wire<Models.DialerContact, Ref>;
export type Progress = Wire<Models.CampaignProgress, { campaign: Ref }>;
export type Stats = Wire<Models.CampaignPerformanceData, { campaign: Ref }>;
type Participant = Partial<Models.Participant>;
export type Conversation = Wire<Models.Conversation, Ref & { participants?: Participant[] }>;

export type Row = Wire<
  Models.CampaignInteraction,
  {
    id: string;
    campaign?: Ref;
    agent?: Ref;
    contact?: Ref;
    queue?: Ref;
    script?: Ref;
    skills?: Ref[];
    conversation?: Conversation;
  }
>;

/** Row with a state according to its list. */
export type Interaction = Row & { readonly state: string };

export type InteractionLists = Partial<Record<(typeof states)[number][0], Row[]>>;

/** Furthest state first, which counts for an interaction in two lists. */
const states = [
  ['interactingInteractions', 'INTERACTING'],
  ['previewingInteractions', 'PREVIEWING'],
  ['proceedingInteractions', 'PROCEEDING'],
  ['scheduledInteractions', 'SCHEDULED'],
  ['pendingInteractions', 'PENDING'],
] as const;

export interface Page {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean };
  readonly nodes: readonly Interaction[];
}

/** First page of the interactions in these states, oldest first. */
export function pageOf(
  lists: InteractionLists,
  first: number,
  wantedStates: readonly string[] | null | undefined,
): Page {
  const byId = new Map<string, Interaction>();
  for (const [list, state] of states) {
    if (wantedStates != null && !wantedStates.includes(state)) continue;
    for (const row of lists[list] ?? []) {
      // Rows come fresh from JSON.parse and are not shared, so they can be changed.
      if (!byId.has(row.id)) byId.set(row.id, Object.assign(row, { state }));
    }
  }
  const all = [...byId.values()].toSorted(byCreationTime);
  return {
    totalCount: all.length,
    pageInfo: { hasNextPage: all.length > first },
    nodes: all.slice(0, first),
  };
}

/** Order by time as text: the upstream writes all times in one form, in which both orders are equal. */
function byCreationTime(one: Interaction, other: Interaction): number {
  const a = one.creationTime ?? '~';
  const b = other.creationTime ?? '~';
  if (a !== b) return a < b ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}

const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

/** Date and time as yyyy-MM-ddTHH:mm:ss[.mmm]Z. */
export function dateTime(text: string): string {
  return CANONICAL.test(text) ? text : new Date(text).toISOString();
}

export const entityState = openEnum(['ACTIVE', 'INACTIVE', 'DELETED'], 'UNKNOWN');

export const campaignStatus = openEnum(
  ['ON', 'STOPPING', 'OFF', 'COMPLETE', 'INVALID', 'FORCED_OFF', 'FORCED_STOPPING'],
  'UNKNOWN',
);

export const dialingMode = openEnum(
  ['AGENTLESS', 'PREVIEW', 'POWER', 'PREDICTIVE', 'PROGRESSIVE', 'EXTERNAL'],
  'UNKNOWN',
);

const CODES = {
  person: 'LIVE_VOICE',
  machine: 'MACHINE',
  busy: 'BUSY',
  noanswer: 'NO_ANSWER',
  disconnect: 'DISCONNECT',
  fax: 'FAX',
  sit: 'SIT_CALLABLE',
};

const dispositions = new Map<string, string>([
  ...[...Object.values(CODES), 'SIT_UNCALLABLE'].map((value) => [value, value] as const),
  ...Object.entries(CODES).map(
    ([code, value]) => [`disposition.classification.callable.${code}`, value] as const,
  ),
  ['disposition.classification.uncallable.sit', 'SIT_UNCALLABLE'],
]);

export function disposition(code: string | null | undefined): string | null {
  return code == null ? null : (dispositions.get(code) ?? 'OUTDATEDSDKVERSION');
}

/** Reader of an enum: the upstream writes lower case, and adds values without notice. */
function openEnum(values: readonly string[], unknown: string) {
  const known = new Map(values.map((value) => [value.toLowerCase(), value]));
  return (text: string | null | undefined) => (text == null ? null : (known.get(text) ?? unknown));
}

/** Contact list of a contact, from its path. */
export function contactListIdOf({ selfUri }: Ref): string {
  const [, list] = /\/contactlists\/([^/]+)\/contacts\//.exec(selfUri ?? '') ?? [];
  if (list === undefined) throw new TypeError('The contact does not say which list it is in.');
  return list;
}

/** Latest attempts as a list, each with its column. */
export function callRecordsOf(callRecords: Contact['callRecords'] | null) {
  return callRecords == null
    ? null
    : Object.entries(callRecords).map(([column, record]) => ({ column, ...record }));
}

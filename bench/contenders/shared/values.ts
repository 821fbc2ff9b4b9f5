import type { Models } from 'purecloud-platform-client-v2';

/** What a reference of the upstream holds. Without a name, the entity has to be asked for it. */
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

/** A row with the list it stood in as its state. */
export type Interaction = Row & { readonly state: string };

export type InteractionLists = Partial<Record<(typeof states)[number][0], Row[]>>;

/** One that stands in two lists is in the furthest state. */
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

/** The first so many interactions in these states, the oldest first. */
export function pageOf(
  lists: InteractionLists,
  first: number,
  wantedStates: readonly string[] | null | undefined,
): Page {
  const byId = new Map<string, Interaction>();
  for (const [list, state] of states) {
    if (wantedStates != null && !wantedStates.includes(state)) continue;
    for (const row of lists[list] ?? []) {
      // Rows were made by JSON.parse a moment ago and belong to nobody else.
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

/** The upstream writes all of them in the same form, in which their order as text is that of time. */
function byCreationTime(one: Interaction, other: Interaction): number {
  const a = one.creationTime ?? '~';
  const b = other.creationTime ?? '~';
  if (a !== b) return a < b ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}

const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

/** As yyyy-MM-ddTHH:mm:ss.mmmZ. */
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

/** The upstream's spelling differs in case, and values are added without notice. */
function openEnum(values: readonly string[], unknown: string) {
  const known = new Map(values.map((value) => [value.toLowerCase(), value]));
  return (text: string | null | undefined) => (text == null ? null : (known.get(text) ?? unknown));
}

/** The list that holds a contact, as its path names it. */
export function contactListIdOf({ selfUri }: Ref): string {
  const [, list] = /\/contactlists\/([^/]+)\/contacts\//.exec(selfUri ?? '') ?? [];
  if (list === undefined) throw new TypeError('The contact does not say which list it is in.');
  return list;
}

/** The latest attempts by column, as a list. */
export function callRecordsOf(callRecords: Contact['callRecords'] | null) {
  return callRecords == null
    ? null
    : Object.entries(callRecords).map(([column, record]) => ({ column, ...record }));
}

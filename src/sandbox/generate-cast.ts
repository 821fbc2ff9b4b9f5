import type { Models } from 'purecloud-platform-client-v2';

import { attemptAt, type DialingAttempt } from './dialing-attempt.ts';
import type { OrganisationUser } from './organisation.ts';
import { at, pick, randomFor, stableId, type Random } from './random.ts';

/** A running campaign with its agents, contacts, skills and wrap-up codes. */
export interface RunningCampaign {
  readonly seed: number;
  readonly id: string;
  readonly campaign: Models.Campaign;
  readonly dialingMode: string;
  readonly slots: number;
  readonly agents: readonly OrganisationUser[];
  readonly contacts: readonly Models.DialerContact[];
  readonly skills: readonly Models.RoutingSkill[];
  readonly wrapUpCodes: readonly Models.WrapupCode[];
}

/** All data of one attempt to reach a contact, fixed for the whole attempt. */
export interface Cast {
  readonly running: RunningCampaign;
  readonly attempt: DialingAttempt;
  readonly interactionId: string;
  readonly conversationId: string;
  readonly contact: Models.DialerContact;
  readonly phone: string;
  readonly agent: OrganisationUser | null;
  readonly disposition: string;
  readonly skills: readonly Models.RoutingSkill[];
  readonly wrapUp: Models.Wrapup;
}

/** Dispositions in both spellings of the upstream, with an occasional undocumented value. */
const REACHED = [
  ...Array<string>(9).fill('LIVE_VOICE'),
  ...Array<string>(8).fill('disposition.classification.callable.person'),
  'MACHINE',
  'disposition.classification.callable.machine',
  'disposition.classification.callable.assistant',
];
const NOT_REACHED = [
  'BUSY',
  'NO_ANSWER',
  'DISCONNECT',
  'SIT_CALLABLE',
  'SIT_UNCALLABLE',
  'FAX',
  'disposition.classification.callable.busy',
  'disposition.classification.callable.noanswer',
  'disposition.classification.callable.disconnect',
  'disposition.classification.callable.fax',
  'disposition.classification.callable.sit',
  'disposition.classification.uncallable.sit',
];

export function castOf(running: RunningCampaign, attempt: DialingAttempt): Cast {
  const random = randomFor(attempt.key, 'cast');
  const contact = contactOf(running, attempt);
  const agent = running.dialingMode === 'agentless' ? null : pick(random, running.agents);
  const isReached = attempt.begins.has('interacting') || agent === null;
  const disposition = pick(random, isReached ? REACHED : NOT_REACHED);
  const skills = random() < 0.4 ? [pick(random, running.skills)] : [];
  return {
    running,
    attempt,
    interactionId: stableId(attempt.key, 'interaction'),
    conversationId: conversationId(attempt),
    contact,
    phone: contact.data['Phone'] ?? '',
    agent,
    disposition,
    skills,
    wrapUp: wrapUp(random, running.wrapUpCodes),
  };
}

export function castsAt(running: RunningCampaign, atMs: number): Cast[] {
  return Array.from({ length: running.slots }, (_, slot) => {
    return castOf(running, attemptAt({ ...running, campaignId: running.id }, slot, atMs));
  });
}

/** Separate from castOf, because findConversation computes the id of every attempt. */
export function conversationId(attempt: DialingAttempt): string {
  return stableId(attempt.key, 'conversation');
}

/** Each slot has its own contacts, so a campaign never calls one contact twice at once. */
function contactOf(
  { contacts, slots }: RunningCampaign,
  { slot, cycle }: DialingAttempt,
): Models.DialerContact {
  const rounds = Math.max(1, Math.floor(contacts.length / slots));
  return at(contacts, slot + slots * (((cycle % rounds) + rounds) % rounds));
}

function wrapUp(random: Random, codes: readonly Models.WrapupCode[]): Models.Wrapup {
  const { id = '', name } = pick(random, codes);
  return {
    code: id,
    ...(random() < 0.7 && { name }),
    ...(random() < 0.2 && { notes: 'Sounded friendly.' }),
    durationSeconds: 5,
    provisional: false,
  };
}

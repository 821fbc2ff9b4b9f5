import type { Models } from 'purecloud-platform-client-v2';

import type { DialingAttempt } from './dialing-attempt.ts';
import { dispositionOf } from './disposition.ts';
import type { OrganisationUser } from './organisation.ts';
import { pick, randomFor, stableId, type Random } from './random.ts';
import { contactOf, type RunningCampaign } from './story.ts';

/** Rows that the data of attempts are drawn from. */
export interface CastParts {
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
  /** Agent who has the call, or will have it; null in an agentless campaign and when nobody answers a dialed call. */
  readonly agent: OrganisationUser | null;
  readonly disposition: string;
  readonly skills: readonly Models.RoutingSkill[];
  readonly wrapUp: Models.Wrapup;
}

export function castOf(running: RunningCampaign, attempt: DialingAttempt, parts: CastParts): Cast {
  const random = randomFor(attempt.key, 'cast');
  const contact = contactOf(running, attempt);
  const hasAgent = attempt.begins.has('previewing') || attempt.begins.has('interacting');
  return {
    running,
    attempt,
    interactionId: stableId(attempt.key, 'interaction'),
    conversationId: conversationId(attempt),
    contact,
    phone: contact.data['Phone'] ?? '',
    agent: (hasAgent ? running.agents[attempt.seat] : null) ?? null,
    disposition: dispositionOf(attempt),
    skills: random() < 0.4 ? [pick(random, parts.skills)] : [],
    wrapUp: wrapUp(random, parts.wrapUpCodes),
  };
}

/** Separate from castOf, because findConversation computes the id of every attempt. */
export function conversationId(attempt: DialingAttempt): string {
  return stableId(attempt.key, 'conversation');
}

function wrapUp(random: Random, codes: readonly Models.WrapupCode[]): Models.Wrapup {
  const { id = '', name } = pick(random, codes);
  return {
    code: id,
    ...(random() < 0.7 && { name }),
    ...(random() < 0.2 && { notes: 'Sounded friendly.' }),
    provisional: false,
  };
}

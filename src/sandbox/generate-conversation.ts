import type { Models } from 'purecloud-platform-client-v2';

import type { Cast } from './generate-cast.ts';
import { iso } from './iso.ts';
import { stableId } from './random.ts';
import type { RunningCampaign } from './story.ts';

export function dialerParticipantId({ attempt }: Cast): string {
  return stableId(attempt.key, 'dialer participant');
}

/** The conversation at a moment; undefined before its start. Also works for ended calls. */
export function conversationAt(cast: Cast, atMs: number): Models.Conversation | undefined {
  const { begins, endsAtMs } = cast.attempt;
  const startsAtMs = begins.get('previewing') ?? begins.get('proceeding');
  if (startsAtMs === undefined || atMs < startsAtMs) return undefined;
  return {
    id: cast.conversationId,
    startTime: iso(startsAtMs),
    ...ended(endsAtMs, atMs),
    selfUri: `/api/v2/conversations/${cast.conversationId}`,
    participants: [
      dialer(cast, startsAtMs, atMs),
      customer(cast, atMs),
      acd(cast, startsAtMs, atMs),
      agent(cast, startsAtMs, atMs),
    ].filter((participant) => participant !== null),
  };
}

function dialer(cast: Cast, startsAtMs: number, atMs: number): Models.Participant {
  return {
    id: dialerParticipantId(cast),
    purpose: 'dialer',
    participantType: 'External',
    startTime: iso(startsAtMs),
    ...ended(cast.attempt.endsAtMs, atMs),
  };
}

function customer({ attempt, contact, phone, running }: Cast, atMs: number): Models.Participant | null {
  const { placedAtMs, hungUpAtMs } = attempt;
  if (placedAtMs > atMs) return null;
  const connectedAtMs = attempt.isReached ? attempt.analysedAtMs : Infinity;
  const isConnected = atMs >= connectedAtMs;
  return {
    id: stableId(attempt.key, 'customer'),
    purpose: 'customer',
    participantType: 'External',
    name: contact.name ?? '',
    address: `tel:${phone}`,
    ani: running.campaign.callerAddress,
    dnis: phone,
    startTime: iso(placedAtMs),
    ...(isConnected && { connectedTime: iso(connectedAtMs) }),
    ...ended(hungUpAtMs, atMs),
    attributes: {
      dialerContactId: contact.id ?? '',
      dialerContactListId: contact.contactListId,
      dialerCampaignId: running.campaign.id ?? '',
    },
    calls: [
      {
        id: stableId(attempt.key, 'call'),
        state: atMs >= hungUpAtMs ? 'disconnected' : isConnected ? 'connected' : 'dialing',
        direction: 'outbound',
        provider: 'Edge',
        ...(atMs >= hungUpAtMs && { disconnectType: 'endpoint' }),
      },
    ],
  };
}

/** The queue, between the answer and the agent. A preview goes to its agent at once. */
function acd(
  { attempt, running, agent: user }: Cast,
  startsAtMs: number,
  atMs: number,
): Models.Participant | null {
  const isPreview = attempt.begins.has('previewing');
  const joinedAtMs = isPreview ? startsAtMs : attempt.analysedAtMs;
  if (user === null || atMs < joinedAtMs) return null;
  const leftAtMs = isPreview ? startsAtMs : (attempt.begins.get('interacting') ?? attempt.endsAtMs);
  return {
    id: stableId(attempt.key, 'acd'),
    purpose: 'acd',
    participantType: 'Internal',
    ...inQueue(running),
    startTime: iso(joinedAtMs),
    connectedTime: iso(joinedAtMs),
    ...ended(leftAtMs, atMs),
  };
}

function agent(cast: Cast, startsAtMs: number, atMs: number): Models.Participant | null {
  const { attempt, agent: user, running, contact } = cast;
  const isPreview = attempt.begins.has('previewing');
  const joinedAtMs = isPreview ? startsAtMs : (attempt.begins.get('interacting') ?? Infinity);
  if (user === null || atMs < joinedAtMs) return null;
  const isWrappingUp = attempt.begins.has('interacting') && atMs >= attempt.hungUpAtMs;
  const durationSeconds = Math.floor((Math.min(atMs, attempt.endsAtMs) - attempt.hungUpAtMs) / 1000);
  return {
    id: stableId(attempt.key, 'agent'),
    purpose: 'agent',
    participantType: 'Internal',
    name: user.name ?? '',
    userId: user.id ?? '',
    userUri: user.selfUri ?? '',
    ...inQueue(running),
    startTime: iso(joinedAtMs),
    connectedTime: iso(joinedAtMs),
    ...ended(attempt.endsAtMs, atMs),
    wrapupRequired: true,
    ...(isWrappingUp && { wrapup: { ...cast.wrapUp, durationSeconds, ...ended(attempt.endsAtMs, atMs) } }),
    ...(isPreview && {
      callbacks: [
        {
          id: stableId(attempt.key, 'callback'),
          state: 'connected',
          direction: 'outbound',
          dialerPreview: {
            id: stableId(attempt.key, 'preview'),
            contactId: contact.id ?? '',
            contactListId: contact.contactListId,
            campaignId: running.campaign.id ?? '',
            phoneNumberColumns: [{ columnName: 'Phone', type: 'cell' }],
          },
        },
      ],
    }),
  };
}

function inQueue({ campaign: { queue } }: RunningCampaign): Partial<Models.Participant> {
  return {
    ...(queue?.id !== undefined && { queueId: queue.id }),
    ...(queue?.name !== undefined && { queueName: queue.name }),
  };
}

function ended(endsAtMs: number, atMs: number): { endTime?: string } {
  return atMs >= endsAtMs ? { endTime: iso(endsAtMs) } : {};
}

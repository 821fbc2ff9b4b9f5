import type { Models } from 'purecloud-platform-client-v2';

import type { Cast } from './generate-cast.ts';
import { stableId } from './random.ts';

/** The last part of a talk in which the customer has hung up and the agent wraps up. */
const WRAP_UP_MS = 5_000;

export function dialerParticipantId({ life }: Cast): string {
  return stableId(life.key, 'dialer participant');
}

/** The conversation as far as it has come; undefined before there is one. Works for calls that have ended, too. */
export function conversationAt(cast: Cast, atMs: number): Models.Conversation | undefined {
  const { begins, endsAtMs } = cast.life;
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
    ...ended(cast.life.endsAtMs, atMs),
  };
}

function customer({ life, contact, phone, running }: Cast, atMs: number): Models.Participant | null {
  const placedAtMs = life.begins.get('proceeding');
  if (placedAtMs === undefined || placedAtMs > atMs) return null;
  const connectedAtMs = life.begins.get('interacting') ?? Infinity;
  const hungUpAtMs = life.endsAtMs - WRAP_UP_MS;
  const isConnected = atMs >= connectedAtMs;
  return {
    id: stableId(life.key, 'customer'),
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
      dialerCampaignId: running.id,
    },
    calls: [
      {
        id: stableId(life.key, 'call'),
        state: atMs >= hungUpAtMs ? 'disconnected' : isConnected ? 'connected' : 'dialing',
        direction: 'outbound',
        provider: 'Edge',
        ...(atMs >= hungUpAtMs && { disconnectType: 'endpoint' }),
      },
    ],
  };
}

function agent(cast: Cast, startsAtMs: number, atMs: number): Models.Participant | null {
  const { life, agent: user, running, contact } = cast;
  const isPreview = life.begins.has('previewing');
  const joinedAtMs = isPreview ? startsAtMs : (life.begins.get('interacting') ?? Infinity);
  if (user === null || atMs < joinedAtMs) return null;
  const { queue } = running.campaign;
  const isWrappingUp = life.begins.has('interacting') && atMs >= life.endsAtMs - WRAP_UP_MS;
  return {
    id: stableId(life.key, 'agent'),
    purpose: 'agent',
    participantType: 'Internal',
    name: user.name ?? '',
    userId: user.id ?? '',
    userUri: user.selfUri ?? '',
    ...(queue?.id !== undefined && { queueId: queue.id }),
    ...(queue?.name !== undefined && { queueName: queue.name }),
    startTime: iso(joinedAtMs),
    connectedTime: iso(joinedAtMs),
    ...ended(life.endsAtMs, atMs),
    wrapupRequired: true,
    ...(isWrappingUp && { wrapup: { ...cast.wrapUp, ...ended(life.endsAtMs, atMs) } }),
    ...(isPreview && {
      callbacks: [
        {
          id: stableId(life.key, 'callback'),
          state: 'connected',
          direction: 'outbound',
          dialerPreview: {
            id: stableId(life.key, 'preview'),
            contactId: contact.id ?? '',
            contactListId: contact.contactListId,
            campaignId: running.id,
            phoneNumberColumns: [{ columnName: 'Phone', type: 'cell' }],
          },
        },
      ],
    }),
  };
}

function ended(endsAtMs: number, atMs: number): { endTime?: string } {
  return atMs >= endsAtMs ? { endTime: iso(endsAtMs) } : {};
}

export function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

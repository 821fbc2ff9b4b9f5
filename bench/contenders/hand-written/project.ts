import {
  type Campaign,
  callRecordsOf,
  campaignStatus,
  type Contact,
  type Conversation,
  dateTime,
  dialingMode,
  entityState,
  type Queue,
  type Ref,
  type Script,
  type Skill,
  type User,
} from '../shared/values.ts';

/** Fields of each entity in the answers. The reference's own name counts; without the entity the rest is null. */

export function named(ref: Ref | undefined, entity: Ref | undefined) {
  return ref && { id: ref.id, name: ref.name ?? entity?.name ?? null };
}

export function campaignOf(ref: Ref | undefined, campaign: Campaign | undefined) {
  return (
    ref && {
      id: ref.id,
      name: ref.name ?? campaign?.name ?? null,
      campaignStatus: campaignStatus(campaign?.campaignStatus),
      dialingMode: dialingMode(campaign?.dialingMode),
    }
  );
}

export function userOf(ref: Ref | undefined, user: User | undefined) {
  return (
    ref && {
      id: ref.id,
      name: ref.name ?? user?.name ?? null,
      email: user?.email ?? null,
      department: user?.department ?? null,
      title: user?.title ?? null,
      state: entityState(user?.state),
    }
  );
}

export function queueOf(ref: Ref | undefined, queue: Queue | undefined) {
  return (
    ref && {
      id: ref.id,
      name: ref.name ?? queue?.name ?? null,
      description: queue?.description ?? null,
      memberCount: queue?.memberCount ?? null,
    }
  );
}

export function scriptOf(ref: Ref | undefined, script: Script | undefined) {
  return (
    ref && {
      id: ref.id,
      name: ref.name ?? script?.name ?? null,
      versionId: script?.versionId ?? null,
      publishedDate: dateOf(script?.publishedDate),
    }
  );
}

export function skillOf(ref: Ref, skill: Skill | undefined) {
  return { id: ref.id, name: ref.name ?? skill?.name ?? null, state: entityState(skill?.state) };
}

export function contactOf(ref: Ref | undefined, contact: Contact | undefined) {
  return (
    ref && {
      id: ref.id,
      name: ref.name ?? contact?.name ?? null,
      callable: contact?.callable ?? null,
      data: contact?.data ?? null,
      callRecords:
        callRecordsOf(contact?.callRecords)?.map(({ column, lastAttempt, lastResult }) => ({
          column,
          lastAttempt: dateOf(lastAttempt),
          lastResult: lastResult ?? null,
        })) ?? null,
    }
  );
}

export function conversationOf(conversation: Conversation | undefined) {
  return (
    conversation && {
      id: conversation.id,
      startTime: dateOf(conversation.startTime),
      participants:
        conversation.participants?.map((participant) => ({
          id: participant.id ?? null,
          purpose: participant.purpose ?? null,
          name: participant.name ?? null,
          address: participant.address ?? null,
          ani: participant.ani ?? null,
          dnis: participant.dnis ?? null,
          startTime: dateOf(participant.startTime),
          connectedTime: dateOf(participant.connectedTime),
          user: participant.userId === undefined ? null : { id: participant.userId },
        })) ?? null,
    }
  );
}

export function dateOf(text: string | undefined): string | null {
  return text === undefined ? null : dateTime(text);
}

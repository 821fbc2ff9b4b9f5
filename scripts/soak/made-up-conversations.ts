import type { Organisation } from '../../src/sandbox/organisation.ts';

const MADE_UP = /^made-up-\d+$/;

/** Unique conversation id. Conversations have no batch call, so each id takes a call of its own. */
export function madeUpId(n: number): string {
  return `made-up-${n}`;
}

/** Name of the only participant. */
export function nameIn(id: string): string {
  return `Participant of ${id}.`;
}

/** The organisation with a conversation for every made-up id. */
export function withMadeUpConversations(organisation: Organisation): Organisation {
  return {
    ...organisation,
    conversations: (id, atMs) =>
      MADE_UP.test(id)
        ? {
            id,
            startTime: new Date(atMs).toISOString(),
            participants: [{ id: `participant-of-${id}`, name: nameIn(id) }],
          }
        : organisation.conversations(id, atMs),
  };
}

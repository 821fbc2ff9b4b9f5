import type { Organisation } from '../../src/sandbox/organisation.ts';

const MADE_UP = /^made-up-\d+$/;

/** An id of a conversation that nobody else asks for. Conversations can only be had one by one, so that it takes a call of its own. */
export function madeUpId(n: number): string {
  return `made-up-${n}`;
}

/** What is said of its only participant. */
export function nameIn(id: string): string {
  return `Participant of ${id}.`;
}

/** The organisation with a conversation for every id that was made up, without end. */
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

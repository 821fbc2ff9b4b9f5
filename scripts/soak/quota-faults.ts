import type { AlterFault } from '../../src/sandbox/fault.ts';

const MADE_UP = /^made-up-\d+$/;

/** An id of a user that nobody else asks for, so that the call cannot be shared. */
export function madeUpId(n: number): string {
  return `made-up-${n}`;
}

export function emailOf(id: string): string {
  return `${id}@example.com`;
}

/** Gives the sandbox a user for every id that was made up, without end. */
export function madeUpUsersFault(): AlterFault {
  return {
    kind: 'alter',
    resource: 'users',
    alter: (body, { ids }) => {
      const entities = ids
        .filter((id) => MADE_UP.test(id))
        .map((id) => ({ id, name: 'Made up', email: emailOf(id) }));
      return entities.length === 0 ? body : { entities };
    },
  };
}

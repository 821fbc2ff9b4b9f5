import { buildSchema, type ExecutionResult } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { Memoization } from '../../../src/executor/memoized-answers.ts';
import { answerOfAll } from './all-executors.ts';

const schema = buildSchema(`
  type Query { rows: [Row!] others: [Row!] }
  type Row { person: Person boss: Person people: [Person!] }
  type Person { name: String there: String! friend: Person title(of: String): String }
`);

/** A source that notes in `asked` each time its name is read. */
class Person {
  static asked: string[] = [];
  readonly id: string;
  readonly suffix: string;
  constructor(id: string, suffix = '') {
    this.id = id;
    this.suffix = suffix;
  }
  get name(): unknown {
    Person.asked.push(this.id);
    return `name of ${this.id}${this.suffix}`;
  }
  get there(): unknown {
    return 'there';
  }
  title({ of }: { of: string }) {
    return of;
  }
}

class LatePerson extends Person {
  override get name() {
    return Promise.resolve(super.name);
  }
}

class LostPerson extends Person {
  override get name() {
    throw new Error(`${String(super.name)} is lost`);
  }
}

class LateLostPerson extends Person {
  override get name() {
    return Promise.resolve(super.name).then((name) => {
      throw new Error(`${String(name)} is lost`);
    });
  }
}

class LateLackingPerson extends Person {
  override get there() {
    return Promise.resolve(super.name).then(() => null);
  }
}

class LackingPerson extends Person {
  override get there() {
    return null;
  }
}

const repeats: Memoization<Person> = {
  isMemoizable: (source): source is Person => source instanceof Person,
  keyOf: ({ id }) => id,
  areAlike: (a, b) => a.id === b.id && a.suffix === b.suffix,
};

async function asked(query: string, rootValue: unknown): Promise<{ times: number; answer: ExecutionResult }> {
  Person.asked = [];
  await answerOfAll({ schema, query, rootValue });
  const { length } = Person.asked;
  Person.asked = [];
  const answer = await answerOfAll({ schema, query, rootValue }, repeats);
  // Three executions read names. Those that do not memoize, one read for each row, are subtracted.
  return { times: Person.asked.length - (length * 2) / 3, answer };
}

const rowsOf = (make: (n: number) => Person) => ({
  rows: Array.from({ length: 6 }, (_, n) => ({ person: make(n) })),
});

describe('sources that are alike', () => {
  test.each([
    ['', Person],
    [', when the answer is a promise, too', LatePerson],
  ])('are answered once%s', async (_when, Made) => {
    const { times } = await asked(
      '{ rows { person { name there } } }',
      rowsOf((n) => new Made(`p${n % 2}`)),
    );
    expect(times).toBe(2);
  });

  test('do not include sources that only share a key', async () => {
    const root = rowsOf((n) => new Person('p', String(n % 3)));
    const { answer } = await asked('{ rows { person { name } } }', root);
    expect(new Set(JSON.stringify(answer.data).match(/name of p\d/g)).size).toBe(3);
  });

  test('are answered once even when others of the same key come between them', async () => {
    const root = rowsOf((n) => new Person('p', String(n % 2)));
    const { times } = await asked('{ rows { person { name } } }', root);
    expect(times).toBe(2);
  });

  test('share answers with at most four alternatives of the same key', async () => {
    const rows = Array.from({ length: 24 }, (_, n) => ({ person: new Person('p', String(n % 12)) }));
    const { times, answer } = await asked('{ rows { person { name } } }', { rows });
    expect(times).toBe(4 + 2 * 8);
    expect(new Set(JSON.stringify(answer.data).match(/name of p\d+/g)).size).toBe(12);
  });

  test('are answered once for each response position', async () => {
    const one = new Person('p');
    const root = {
      rows: [
        { person: one, boss: one },
        { person: one, boss: one },
      ],
      others: [{ person: one }],
    };
    const query =
      '{ rows { person { name } boss { name title(of: "a") } } others { person { title(of: "b") name } } }';
    const { times } = await asked(query, root);
    expect(times).toBe(3);
  });

  test('are answered once in a list as well', async () => {
    const root = { rows: [{ people: [new Person('p'), new Person('p')] }, { people: [new Person('p')] }] };
    const { times } = await asked('{ rows { people { name } } }', root);
    expect(times).toBe(1);
  });

  test.each([
    ['throw', LostPerson],
    ['reject', LateLostPerson],
    ['lack a non-null field', LateLackingPerson],
  ])('have an error each when they %s', async (_what, Made) => {
    const root = rowsOf(() => new Made('p'));
    const { answer, times } = await asked('{ rows { person { name there } } }', root);
    expect(answer.errors).toHaveLength(6);
    expect(times).toBeGreaterThanOrEqual(6);
  });

  test('have an error each when one of them fails later and the others at once', async () => {
    const root = rowsOf((n) => (n === 0 ? new LateLackingPerson('p') : new LackingPerson('p')));
    const { answer } = await asked('{ rows { person { name there } } }', root);
    expect(answer.errors).toHaveLength(6);
  });

  test('are answered anew in each execution', async () => {
    const root = rowsOf(() => new Person('p'));
    await asked('{ rows { person { name } } }', root);
    const { times } = await asked('{ rows { person { name } } }', root);
    expect(times).toBe(1);
  });
});

test('sources are answered each by itself without memoization', async () => {
  const row = { person: new Person('p') };
  Person.asked = [];
  await answerOfAll({ schema, query: '{ rows { person { name } } }', rootValue: { rows: [row, row] } });
  expect(Person.asked).toHaveLength(6);
});

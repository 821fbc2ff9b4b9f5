import { buildSchema, parse, Source } from 'graphql';
import { describe, expect, test } from 'vitest';
import { Executor } from '../../../src/executor/executor.ts';

const schema = buildSchema(
  'type Query { rows: [Row!] } type Row { thrown: String given: String late: String }',
);

class Row {
  get thrown(): unknown {
    throw new Error('thrown');
  }
  get given(): unknown {
    return new Error('given');
  }
  get late(): unknown {
    return Promise.reject(new Error('late'));
  }
}

describe.each([
  ['compiled', 1],
  ['interpreted', Infinity],
])('an operation that is %s', (_how, compileAtHit) => {
  test('has errors whose locations are computed when they are read', async () => {
    const source = new Source(`${'\n'.repeat(5000)}{ rows { thrown given late } }`);
    const document = parse(source);
    const text = source.body;
    let reads = 0;
    Object.defineProperty(source, 'body', {
      get() {
        reads += 1;
        return text;
      },
    });
    const rows = Array.from({ length: 100 }, () => new Row());
    const executor = new Executor({ compileAtHit });
    const { errors = [] } = await executor.execute({ schema, document, rootValue: { rows } });
    expect(errors).toHaveLength(300);
    expect(reads).toBe(0);
    expect(new Set(errors.map(({ locations }) => locations?.[0]?.line))).toEqual(new Set([5001]));
    expect(reads).toBeGreaterThan(0);
  });
});

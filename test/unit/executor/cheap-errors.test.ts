import { buildSchema, execute, parse, Source } from 'graphql';
import { describe, expect, test } from 'vitest';
import { CompiledExecutor } from '../../../src/executor/compiled-executor.ts';
import { wrapResolvers } from '../../../src/executor/wrap-resolvers.ts';

const schema = buildSchema(
  'type Query { rows: [Row!] } type Row { thrown: String given: String late: String }',
);
wrapResolvers(schema);

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

const executors = {
  'the ordinary executor': (args: Parameters<typeof execute>[0]) => execute(args),
  'the compiled executor': (args: Parameters<typeof execute>[0]) =>
    new CompiledExecutor({ compileAtHit: 1 }).execute(args),
};

describe.each(Object.entries(executors))('%s', (_which, executeBy) => {
  test('computes the locations of errors in the text of a query only when they are read', async () => {
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
    const { errors = [] } =
      (await executeBy({ schema, document, rootValue: { rows }, contextValue: {} })) ?? {};
    expect(errors).toHaveLength(300);
    expect(reads).toBe(0);
    expect(new Set(errors.map(({ locations }) => locations?.[0]?.line))).toEqual(new Set([5001]));
    expect(reads).toBeGreaterThan(0);
  });
});

import { type ExecutionResult, GraphQLError, parse } from 'graphql';
import { createSchema, createYoga, type Plugin } from 'graphql-yoga';
import { describe, expect, test } from 'vitest';
import { TrustedDocuments } from '../../../src/operations/trusted-documents.ts';
import { type OperationHooks, onOperation } from '../../../src/plugins/on-operation.ts';
import { useTrustedDocuments } from '../../../src/plugins/use-trusted-documents.ts';

const QUERY = '{ name }';
const SUBSCRIPTION = 'subscription { name }';

const schema = createSchema({
  typeDefs: 'type Query { name: String } type Subscription { name: String }',
  resolvers: {
    Query: { name: () => 'one' },
    Subscription: {
      name: {
        async *subscribe() {
          yield 'one';
          yield 'two';
        },
        resolve: String,
      },
    },
  },
});

/** Executes an operation as another transport than Yoga's does, such as graphql-ws: by envelop's functions alone. */
async function begun(text: string, plugins: readonly Plugin[]) {
  const yoga = createYoga({ schema, plugins: [...plugins], logging: false });
  const { execute, subscribe, contextFactory } = yoga.getEnveloped({});
  const run = text.startsWith('subscription') ? subscribe : execute;
  return run({ schema, document: parse(text), contextValue: await contextFactory() });
}

async function executed(text: string, ...plugins: readonly Plugin[]): Promise<ExecutionResult[]> {
  const result = await begun(text, plugins);
  return Symbol.asyncIterator in result ? Array.fromAsync(result) : [result];
}

/** Plugin that replaces the executor's results by these. */
function giving(result: ExecutionResult | AsyncIterable<ExecutionResult>): Plugin {
  return {
    onExecute: ({ setExecuteFn }) => setExecuteFn(() => result),
    onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(() => result),
  };
}

function noting(hooks: OperationHooks<object> = {}) {
  const calls: unknown[] = [];
  const plugin = onOperation<object>({
    before(args) {
      calls.push('before');
      return hooks.before?.(args) ?? null;
    },
    each(result, args) {
      calls.push(result);
      return hooks.each?.(result, args) ?? result;
    },
    end: () => calls.push('end'),
  });
  return { calls, plugin };
}

describe.each([QUERY, SUBSCRIPTION])('around %s', (text) => {
  test('a result is seen and can be replaced before it leaves', async () => {
    const { calls, plugin } = noting({ each: (result) => ({ ...result, extensions: { seen: true } }) });
    const one = { data: { name: 'one' } };
    expect(await executed(text, plugin, giving(one))).toEqual([{ ...one, extensions: { seen: true } }]);
    expect(calls).toEqual(['before', one, 'end']);
  });

  test('a refusal is the answer, and the operation does not run', async () => {
    const refusal = { errors: [new GraphQLError('refused')] };
    const { calls, plugin } = noting({ before: () => refusal });
    const { calls: later, plugin: other } = noting();
    expect(await executed(text, plugin, other)).toEqual([refusal]);
    expect(calls).toEqual(['before', refusal, 'end']);
    expect(later).toEqual([]);
  });

  test('each part of an incremental delivery is seen before it leaves', async () => {
    const parts = [
      { data: { name: null }, hasNext: true },
      { incremental: [{ data: { name: 'one' }, path: [] }], hasNext: true },
      { hasNext: false },
    ];
    const { calls, plugin } = noting({ each: (result) => ({ ...result, extensions: { seen: true } }) });
    const left = await executed(text, plugin, giving(of(parts)));
    expect(left).toEqual(parts.map((part) => ({ ...part, extensions: { seen: true } })));
    expect(calls).toEqual(['before', ...parts, 'end']);
  });

  test('the end is noticed also when the stream fails', async () => {
    const { calls, plugin } = noting();
    const failing = of([{ data: { name: 'one' } }], new Error('broken'));
    await expect(executed(text, plugin, giving(failing))).rejects.toThrow(
      // Yoga masks the failure of a query's stream later.
      text === QUERY ? 'broken' : 'Unexpected error.',
    );
    expect(calls).toEqual(['before', { data: { name: 'one' } }, 'end']);
  });

  test('the end is noticed also when the reader stops', async () => {
    const { calls, plugin } = noting();
    const parts = of([{ data: { name: 'one' } }, { data: { name: 'two' } }]);
    for await (const part of await begun(text, [plugin, giving(parts)])) {
      expect(part).toEqual({ data: { name: 'one' } });
      break;
    }
    expect(calls).toEqual(['before', { data: { name: 'one' } }, 'end']);
  });
});

test('a result can take time before it leaves, and later hooks see what it became', async () => {
  const one = { data: { name: 'one' } };
  const slow = noting({ each: (result) => Promise.resolve({ ...result, extensions: { seen: true } }) });
  const next = noting();
  const left = await executed(QUERY, slow.plugin, next.plugin, giving(one));
  expect(left).toEqual([{ ...one, extensions: { seen: true } }]);
  expect(slow.calls).toEqual(['before', one, 'end']);
  expect(next.calls).toEqual(['before', ...left, 'end']);
});

test('each event of a subscription is seen', async () => {
  const { calls, plugin } = noting();
  await executed(SUBSCRIPTION, plugin);
  expect(calls).toEqual(['before', { data: { name: 'one' } }, { data: { name: 'two' } }, 'end']);
});

describe.each([QUERY, SUBSCRIPTION])('with trusted documents only, %s', (text) => {
  const plugin = (documents: Record<string, string>) =>
    useTrustedDocuments(new TrustedDocuments(new Map(Object.entries(documents)), new Set()), {
      mode: 'only',
    });

  test('is executed by any transport if the manifest has it', async () => {
    const [result] = await executed(text, plugin({ id: text }));
    expect(result).toEqual({ data: { name: 'one' } });
  });

  test('is refused by any transport if the manifest does not have it', async () => {
    const results = await executed(text, plugin({ id: `${text} # other` }));
    expect(results).toMatchObject([{ errors: [{ extensions: { code: 'PERSISTED_QUERY_ID_REQUIRED' } }] }]);
    expect(results[0]).not.toHaveProperty('data');
  });
});

async function* of(parts: readonly ExecutionResult[], failure?: Error): AsyncGenerator<ExecutionResult> {
  yield* parts;
  if (failure !== undefined) throw failure;
}

import { execute, GraphQLSchema, GraphQLObjectType, GraphQLString, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { MappedStream } from '../../../src/executor/mapped-stream.ts';
import { subscribe } from '../../../src/executor/subscribe.ts';

/** Source that is read by hand: `next` waits for `send`. */
function handSource<Value>() {
  const waiting: PromiseWithResolvers<IteratorResult<Value, undefined>>[] = [];
  const calls: string[] = [];
  const source: AsyncIterable<Value> = {
    [Symbol.asyncIterator]: () => ({
      next() {
        const next = Promise.withResolvers<IteratorResult<Value, undefined>>();
        waiting.push(next);
        return next.promise;
      },
      return() {
        calls.push('return');
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  return {
    source,
    calls,
    send: (value: Value) => waiting.shift()?.resolve({ done: false, value }),
    finish: () => waiting.shift()?.resolve({ done: true, value: undefined }),
    fail: (error: Error) => waiting.shift()?.reject(error),
  };
}

const over = { done: true, value: undefined };

describe('a mapped stream', () => {
  function mapped(map: (value: number) => number | Promise<number> = (value) => value * 10) {
    const hand = handSource<number>();
    const stream = new MappedStream(hand.source, { map, end: () => hand.calls.push('end') });
    return { ...hand, stream };
  }

  test('maps each value, and ends once after the last', async () => {
    const { stream, send, finish, calls } = mapped();
    const first = stream.next();
    send(1);
    expect(await first).toEqual({ done: false, value: 10 });
    expect(calls).toEqual([]);
    const last = stream.next();
    finish();
    expect(await last).toEqual(over);
    expect(await stream.next()).toEqual(over);
    expect(await stream.return()).toEqual(over);
    expect(calls.filter((call) => call === 'end')).toEqual(['end']);
  });

  test('ends at once, and so does its source, when the reader stops while the source is awaited', async () => {
    const { stream, calls, send } = mapped();
    const pending = stream.next();
    const returned = stream.return();
    expect(calls).toEqual(['end', 'return']);
    expect(await returned).toEqual(over);
    send(1);
    expect(await pending).toEqual(over);
  });

  test('has no more values when the reader stops while one is mapped', async () => {
    const mapping = Promise.withResolvers<number>();
    const { stream, send } = mapped(() => mapping.promise);
    const pending = stream.next();
    send(1);
    await Promise.resolve();
    await stream.return();
    mapping.resolve(10);
    expect(await pending).toEqual(over);
  });

  test('fails with its source, and ends', async () => {
    const { stream, fail, calls } = mapped();
    const pending = stream.next();
    fail(new Error('broken'));
    await expect(pending).rejects.toThrow('broken');
    expect(calls).toEqual(['end']);
    expect(await stream.next()).toEqual(over);
  });

  test('ends its source when mapping fails', async () => {
    const { stream, send, calls } = mapped(() => {
      throw new Error('broken');
    });
    const pending = stream.next();
    send(1);
    await expect(pending).rejects.toThrow('broken');
    expect(calls).toEqual(['end', 'return']);
  });

  test('does not wait for a source that never ends when mapping fails', async () => {
    const { source, send } = handSource<number>();
    const iterator = source[Symbol.asyncIterator]();
    const endless = { next: () => iterator.next(), return: () => new Promise<never>(() => undefined) };
    const stream = new MappedStream(
      { [Symbol.asyncIterator]: () => endless },
      { map: () => Promise.reject(new Error('broken')), failed: (): unknown => 'failed' },
    );
    const pending = stream.next();
    send(1);
    expect(await pending).toEqual({ done: false, value: 'failed' });
  });

  test('ends its source once, however often the reader stops', async () => {
    const { stream, calls } = mapped();
    await Promise.all([stream.return(), stream.return()]);
    expect(await stream.return()).toEqual(over);
    expect(calls).toEqual(['end', 'return']);
  });

  test('does not fail with its source once the reader has stopped', async () => {
    const { stream, fail } = mapped();
    const pending = stream.next();
    await stream.return();
    fail(new Error('aborted'));
    expect(await pending).toEqual(over);
  });
});

describe('a subscription', () => {
  function subscribed(source: unknown) {
    const fields = { name: { type: GraphQLString, subscribe: () => source, resolve: String } };
    const schema = new GraphQLSchema({
      query: new GraphQLObjectType({ name: 'Query', fields: { name: { type: GraphQLString } } }),
      subscription: new GraphQLObjectType({ name: 'Subscription', fields }),
    });
    return subscribe({ schema, document: parse('subscription { alias: name }') }, (event) => execute(event));
  }

  test('has a result for each event, and a failure of its source is the last', async () => {
    const { source, send, fail } = handSource<string>();
    const stream = await subscribed(source);
    if (!('next' in stream)) throw new TypeError('It is a stream.');
    const first = stream.next();
    send('one');
    expect(await first).toEqual({ done: false, value: { data: { alias: 'one' } } });
    const second = stream.next();
    fail(new Error('broken'));
    expect((await second).value).toMatchObject({
      errors: [{ message: 'broken', path: ['alias'], locations: [{ line: 1, column: 16 }] }],
    });
    expect(await stream.next()).toEqual(over);
  });

  test.each([
    ['rejects', () => Promise.reject(new Error('broken')), 'broken'],
    ['gives no source', () => 'nothing', 'Subscription field must return Async Iterable'],
  ])('has one result when its resolver %s', async (_what, source, message) => {
    const result = await subscribed(source());
    expect(result).toMatchObject({
      errors: [{ message: expect.stringContaining(message), path: ['alias'] }],
    });
    expect(result).not.toHaveProperty('data');
  });
});

import { buildSchema, getOperationAST, parse } from 'graphql';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import {
  CompiledOperations,
  type CompiledOperationsOptions,
} from '../../../src/executor/compiled-operations.ts';

const schema = buildSchema('type Query { name: String rows: [Query!] }');

function asking(options: CompiledOperationsOptions) {
  const operations = new CompiledOperations(options);
  return (document: ReturnType<typeof parse>, operationName?: string) => {
    const operation = getOperationAST(document, operationName);
    return operation ? operations.hit(schema, document, operation, {}) !== null : false;
  };
}

describe('an operation', () => {
  test('is compiled at the third hit', () => {
    const isCompiled = asking({});
    const document = parse('{ name }');
    expect([1, 2, 3, 4].map(() => isCompiled(document))).toEqual([false, false, true, true]);
  });

  test('is compiled at the hit that `compileAtHit` sets, and never when that is Infinity', () => {
    const document = parse('{ name }');
    expect(asking({ compileAtHit: 1 })(document)).toBe(true);
    const never = asking({ compileAtHit: Infinity });
    expect(Array.from({ length: 100 }, () => never(document))).not.toContain(true);
  });

  test('is never compiled when Node.js may not generate code', () => {
    const module = new URL('../../../src/executor/compiled-operations.ts', import.meta.url);
    const script = `
      import { buildSchema, parse } from 'graphql';
      import { CompiledOperations } from ${JSON.stringify(module)};
      const schema = buildSchema('type Query { name: String }');
      const operations = new CompiledOperations({ compileAtHit: 1 });
      const document = parse('{ name }');
      console.log(operations.hit(schema, document, document.definitions[0], {}));`;
    const answer = (...flags: string[]) =>
      execFileSync(process.execPath, [...flags, '--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(answer()).toContain('answer');
    expect(answer('--disallow-code-generation-from-strings')).toBe('null\n');
  });

  test('is compiled by its own hits, not by those of others in its document', () => {
    const isCompiled = asking({});
    const document = parse('query A { name } query B { name }');
    expect(['A', 'B', 'A', 'B', 'A', 'B'].map((name) => isCompiled(document, name))).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  test('is compiled although a thousand others are executed once in between', () => {
    const isCompiled = asking({});
    const document = parse('{ name }');
    for (const sight of [1, 2, 3]) {
      for (let n = 0; n < 1000; n += 1) isCompiled(parse('{ name }'));
      expect(isCompiled(document)).toBe(sight === 3);
    }
  });
});

describe('a compiled operation', () => {
  test('stays compiled, however many others are executed once', () => {
    const isCompiled = asking({ compileAtHit: 2 });
    const document = parse('{ name }');
    isCompiled(document);
    for (let n = 0; n < 3000; n += 1) isCompiled(parse('{ name }'));
    isCompiled(document);
    for (let n = 0; n < 3000; n += 1) isCompiled(parse('{ name }'));
    isCompiled(document);
    expect(isCompiled(document)).toBe(true);
  });

  test('is evicted when there are more than `maxOperations`, the least recently used first', () => {
    const isCompiled = asking({ compileAtHit: 2, maxOperations: 2 });
    const [a, b, c] = [parse('{ name }'), parse('{ name }'), parse('{ name }')];
    for (const document of [a, a, b, b, a, c, c]) isCompiled(document);
    expect(isCompiled(a)).toBe(true);
    expect(isCompiled(c)).toBe(true);
    expect(isCompiled(b)).toBe(false);
  });

  test('is evicted by its size too', () => {
    const isCompiled = asking({ compileAtHit: 2 });
    const large = () => parse(`{ ${Array.from({ length: 900 }, (_, n) => `a${n}: name`).join(' ')} }`);
    const documents = Array.from({ length: 23 }, large);
    for (const document of documents) {
      expect(isCompiled(document)).toBe(false);
      expect(isCompiled(document)).toBe(true);
    }
    // The 900 positions of each of 23 operations are more than the 20,000 that are kept.
    expect(documents.filter((document) => isCompiled(document)).length).toBeLessThan(23);
  });

  test('is evicted by the size of its document too, which stays in memory with it', () => {
    const isCompiled = asking({ compileAtHit: 2 });
    const documents = Array.from({ length: 60 }, () => parse(`{ ${'name '.repeat(2000)} }`));
    for (const document of documents) {
      expect(isCompiled(document)).toBe(false);
      expect(isCompiled(document)).toBe(true);
    }
    expect(documents.filter((document) => isCompiled(document)).length).toBeLessThan(60);
  });
});

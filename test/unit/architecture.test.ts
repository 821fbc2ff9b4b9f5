import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { expect, test } from 'vitest';

/**
 * The house: what each part of src/ may import of the others, types included. A part is a folder, or a file beside the
 * folders. Everything stands above what it imports, but for types: the context's is known to the resolvers that are handed
 * it, and codegen's are made of what the resolvers and the data sources give.
 */
const house: Readonly<Record<string, readonly string[]>> = {
  main: [
    'config',
    'connections',
    'greeting',
    'metrics',
    'observability',
    'queries',
    'server',
    'sandbox',
    'subgraph',
    'unexpected-errors',
  ],
  connections: [],
  observability: [],
  'unexpected-errors': ['described-error'],
  greeting: ['server'],
  server: [
    'authentication',
    'config',
    'context',
    'described-error',
    'errors',
    'execution',
    'graphiql',
    'host-check',
    'metrics',
    'plugins',
    'probes',
    'readiness',
    'queries',
    'requests',
    'sharing',
    'subgraph',
    'tracing',
    'upstream',
    'yoga-logger',
  ],
  sharing: ['cache', 'config', 'datasources', 'redis', 'upstream'],
  metrics: ['cache', 'host-check', 'redis', 'requests', 'upstream'],
  schema: ['context', 'execution', 'resolvers'],
  graphiql: [],
  plugins: [
    'authentication',
    'config',
    'context',
    'errors',
    'execution',
    'graphiql',
    'planning',
    'queries',
    'requests',
    'resolvers',
    'subgraph',
  ],
  planning: ['datasources', 'generated', 'resolvers', 'subgraph'],
  subgraph: ['context', 'datasources', 'errors', 'resolvers', 'schema'],
  queries: ['config'],
  tracing: ['config', 'errors', 'upstream'],
  execution: [],
  resolvers: ['context', 'datasources', 'errors', 'generated'],
  generated: ['context', 'datasources', 'resolvers'],
  context: ['caller', 'datasources', 'errors'],
  requests: ['probes', 'upstream'],
  datasources: ['cache', 'errors', 'upstream'],
  redis: ['cache', 'upstream'],
  cache: ['upstream'],
  authentication: ['caller', 'errors', 'upstream'],
  config: ['authentication', 'cache', 'loopback', 'planning', 'settings', 'upstream'],
  settings: ['authentication', 'cache', 'planning', 'setting-schemas'],
  'setting-schemas': ['authentication', 'loopback', 'planning', 'upstream'],
  upstream: ['caller', 'errors', 'keyed-hash'],
  caller: ['keyed-hash'],
  'described-error': [],
  errors: [],
  'host-check': ['loopback'],
  'keyed-hash': [],
  probes: ['readiness'],
  readiness: ['errors', 'upstream'],
  loopback: [],
  'yoga-logger': ['described-error'],
  sandbox: [],
};

/** Files of parts that are out of reach otherwise, of which these parts may know the types. */
const typesOf: Readonly<Record<string, readonly string[]>> = {
  'upstream/call-trace.ts': ['context', 'resolvers', 'subgraph'],
  'upstream/upstream-report.ts': ['context', 'resolvers'],
  'tracing/traced-request.ts': ['plugins'],
  'tracing/traces.ts': ['plugins'],
};

/** Who may see these packages, by part; any other package is free to all. */
const packages: readonly {
  readonly name: RegExp;
  readonly parts: readonly string[];
  readonly asTypeOnly?: true;
}[] = [
  {
    name: /^(@escape\.tech\/graphql-|@graphql-|graphql\b)/,
    parts: [
      'server',
      'schema',
      'graphiql',
      'plugins',
      'planning',
      'queries',
      'execution',
      'resolvers',
      'generated',
      'subgraph',
      'yoga-logger',
    ],
  },
  { name: /^@apollo\/subgraph$/, parts: ['subgraph'] },
  { name: /^jose$/, parts: ['authentication'] },
  { name: /^dataloader$/, parts: ['datasources'] },
  { name: /^prom-client$/, parts: ['metrics'] },
  { name: /^undici$/, parts: ['upstream'] },
  { name: /^@redis\//, parts: ['redis'] },
  { name: /^@opentelemetry\//, parts: ['tracing'] },
  { name: /^@badrap\/valita$/, parts: ['config', 'settings', 'setting-schemas'] },
  { name: /^purecloud-platform-client-v2$/, parts: ['datasources', 'upstream', 'sandbox'], asTypeOnly: true },
];

/** The files in which a process begins; they alone know of its environment and end it. */
const processEdges = ['main.ts', 'sandbox/main.ts'];

interface Import {
  /** Below src/. */
  readonly file: string;
  readonly specifier: string;
  readonly isType: boolean;
  /** Whether it is loaded only when it comes to that. */
  readonly isDynamic: boolean;
}

const source = fileURLToPath(new URL('../../src/', import.meta.url));
const files = globSync('**/*.ts', { cwd: source }).map((file) => file.replaceAll('\\', '/'));
const modules = files.map((file) => {
  const text = readFileSync(join(source, file), 'utf8');
  return { file, text, ...importsOf(file, text) };
});
const imports = modules.flatMap((module) => module.imports);

function importsOf(file: string, text: string): { imports: Import[]; readsProcess: boolean } {
  const { module, program, errors } = parseSync(file, text);
  expect(errors, `${file} can be parsed`).toEqual([]);
  const found: Import[] = [];
  for (const { moduleRequest, entries } of module.staticImports) {
    const isType = entries.length > 0 && entries.every((entry) => entry.isType);
    found.push({ file, specifier: moduleRequest.value, isType, isDynamic: false });
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType } of entries) {
      if (moduleRequest !== null) {
        found.push({ file, specifier: moduleRequest.value, isType, isDynamic: false });
      }
    }
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const quoted = text.slice(moduleRequest.start, moduleRequest.end);
    found.push({ file, specifier: quoted.replace(/^(['"`])(.*)\1$/s, '$2'), isType: false, isDynamic: true });
  }
  let readsProcess = found.some(({ specifier }) => /^(node:)?process$/.test(specifier));
  new Visitor({
    Identifier: ({ name }) => {
      if (name === 'process') readsProcess = true;
    },
    TSImportType: (node) => {
      found.push({ file, specifier: node.source.value, isType: true, isDynamic: false });
    },
  }).visit(program);
  return { imports: found, readsProcess };
}

/** The part of the house that a file below src/ is. */
function partOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.ts$/, '');
}

/** The file below src/ that an import leads to; null for packages. */
function targetOf({ file, specifier }: Import): string | null {
  return specifier.startsWith('.') ? posix.normalize(posix.join(dirname(file), specifier)) : null;
}

function arrows(broken: readonly Import[]): string[] {
  return broken.map(({ file, specifier }) => `${file} -> ${specifier}`);
}

test('the test sees the house: every part is in the table, and imports of all kinds are found', () => {
  expect([...new Set(files.map(partOf))].toSorted()).toEqual(Object.keys(house).toSorted());
  const text = `import a, { type B } from 'one'; import type C from 'two'; export * from 'three'; export type { D } from 'four';
    import 'five'; const e = () => import('six'); type F = import('seven').G; console.log(a, e, globalThis.process);`;
  const { imports: seen, readsProcess } = importsOf('made-up.ts', text);
  expect(seen.map(({ specifier, isType }) => `${isType ? 'type ' : ''}${specifier}`)).toEqual([
    'one',
    'type two',
    'five',
    'three',
    'type four',
    'six',
    'type seven',
  ]);
  expect(readsProcess).toBe(true);
});

test('imports within the house go where the table says', () => {
  const broken = imports.filter((each) => {
    const target = targetOf(each);
    if (target === null) return false;
    if (target.startsWith('..')) return true;
    const [from, to] = [partOf(each.file), partOf(target)];
    if (each.isType && typesOf[target]?.includes(from) === true) return false;
    return from !== to && house[from]?.includes(to) !== true;
  });
  expect(arrows(broken)).toEqual([]);
});

test('values, unlike types, are never imported in a circle', () => {
  const uses = new Map<string, Set<string>>();
  for (const each of imports) {
    const target = targetOf(each);
    if (target === null || each.isType || partOf(target) === partOf(each.file)) continue;
    const part = partOf(each.file);
    uses.set(part, (uses.get(part) ?? new Set()).add(partOf(target)));
  }
  function reaches(from: string, to: string, seen = new Set<string>()): boolean {
    return [...(uses.get(from) ?? [])].some(
      (next) => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))),
    );
  }
  expect([...uses.keys()].filter((part) => reaches(part, part))).toEqual([]);
});

test('nothing from the data sources downward knows of GraphQL, and each library has its place', () => {
  const broken = imports.filter(({ file, specifier, isType }) =>
    packages.some(
      ({ name, parts, asTypeOnly }) =>
        name.test(specifier) && (!parts.includes(partOf(file)) || (asTypeOnly && !isType)),
    ),
  );
  expect(arrows(broken)).toEqual([]);
});

test("the vendor's SDK is a type to this house, never code", () => {
  const sdk = imports.filter(({ specifier }) => specifier.startsWith('purecloud-platform-client-v2'));
  expect(sdk.length).toBeGreaterThan(0);
  expect(arrows(sdk.filter(({ isType }) => !isType))).toEqual([]);
});

test('what makes traces is loaded only where some are wanted', () => {
  const users = imports.filter(
    (each) => targetOf(each)?.startsWith('tracing/') === true && partOf(each.file) !== 'tracing',
  );
  expect(users.some(({ isDynamic }) => isDynamic)).toBe(true);
  expect(arrows(users.filter(({ isType, isDynamic }) => !isType && !isDynamic))).toEqual([]);
});

test('what makes a subgraph of the schema is loaded only where one is wanted', () => {
  const users = imports.filter(
    (each) => targetOf(each) === 'subgraph/subgraph-schema.ts' || each.specifier === '@apollo/subgraph',
  );
  expect(arrows(users.filter(({ isDynamic }) => isDynamic))).toEqual([
    'subgraph/served-schema.ts -> ./subgraph-schema.ts',
  ]);
  expect(arrows(users.filter(({ isDynamic }) => !isDynamic))).toEqual([
    'subgraph/subgraph-schema.ts -> @apollo/subgraph',
  ]);
});

test('the generated code is types alone, so that nothing of it runs', () => {
  const generated = imports.filter(
    (each) => partOf(each.file) === 'generated' || targetOf(each)?.startsWith('generated/'),
  );
  expect(generated.length).toBeGreaterThan(0);
  expect(arrows(generated.filter(({ isType }) => !isType))).toEqual([]);
});

test('the sandbox needs nothing of the gateway, and only the edge of the process starts it', () => {
  const within = imports.filter(({ file }) => partOf(file) === 'sandbox');
  const packagesOfSandbox = within.filter((each) => targetOf(each) === null && !each.isType);
  expect(arrows(packagesOfSandbox.filter(({ specifier }) => !specifier.startsWith('node:')))).toEqual([]);
  expect(arrows(within.filter((each) => targetOf(each)?.startsWith('sandbox/') === false))).toEqual([]);
  const users = imports.filter((each) => targetOf(each)?.startsWith('sandbox/'));
  const outside = users.filter(({ file }) => partOf(file) !== 'sandbox' && !processEdges.includes(file));
  expect(arrows(outside)).toEqual([]);
});

test('only where a process begins is it read and ended', () => {
  const readers = modules.filter(({ readsProcess }) => readsProcess).map(({ file }) => file);
  expect(readers.toSorted()).toEqual(processEdges);
});

import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { expect, test } from 'vitest';

/**
 * Parts of src/ that each part may import, types included, from the highest layer to the lowest. A part is a folder, or a
 * file beside the folders.
 */
const house: Readonly<Record<string, readonly string[]>> = {
  main: ['commands', 'lib'],
  commands: [
    'config',
    'doctor',
    'federation',
    'gateway',
    'http',
    'lib',
    'observability',
    'observability/metrics',
    'operations',
    'prepare',
    'sandbox',
  ],
  doctor: [
    'config',
    'datasources',
    'doctor/checks',
    'doctor/probing',
    'errors',
    'federation',
    'identity',
    'lib',
    'upstream/http',
  ],
  'doctor/checks': [
    'auth',
    'config',
    'datasources',
    'datasources/wire',
    'doctor/probing',
    'errors',
    'identity',
    'lib',
    'operations',
    'redis',
    'upstream',
    'upstream/http',
    'upstream/login',
  ],
  'doctor/probing': [
    'datasources',
    'errors',
    'lib',
    'lookahead',
    'upstream',
    'upstream/http',
    'upstream/quota',
  ],
  index: ['config', 'gateway', 'generated', 'http', 'prepare'],
  prepare: ['config', 'federation', 'lib', 'operations', 'redis'],
  gateway: [
    'answers',
    'auth',
    'config',
    'context',
    'errors',
    'federation',
    'http',
    'lib',
    'observability',
    'observability/metrics',
    'observability/requests',
    'observability/tracing',
    'operations',
    'plugins',
    'shared-services',
    'upstream/http',
    'upstream/login',
  ],
  plugins: [
    'answers',
    'auth',
    'config',
    'context',
    'datasources/wire',
    'errors',
    'executor',
    'federation',
    'http',
    'lib',
    'loading',
    'lookahead',
    'observability/requests',
    'observability/tracing',
    'operations',
  ],
  'shared-services': [
    'cache',
    'config',
    'datasources',
    'identity',
    'lib',
    'loading',
    'redis',
    'upstream',
    'upstream/http',
  ],
  operations: [
    'config',
    'connections',
    'datasources',
    'datasources/wire',
    'executor',
    'federation',
    'generated',
    'lib',
    'lookahead',
  ],
  federation: [
    'config',
    'context',
    'datasources',
    'datasources/wire',
    'errors',
    'lib',
    'loading',
    'lookahead',
    'resolvers',
    'schema',
    'upstream',
  ],
  schema: ['context', 'lib', 'lookahead', 'resolvers'],
  resolvers: [
    'connections',
    'context',
    'datasources',
    'datasources/wire',
    'errors',
    'generated',
    'loading',
    'lookahead',
    'upstream',
  ],
  generated: ['connections', 'context', 'datasources', 'datasources/wire'],
  lookahead: ['context', 'datasources', 'datasources/wire', 'errors', 'executor', 'loading', 'upstream'],
  context: [
    'answers',
    'auth',
    'config',
    'connections',
    'errors',
    'identity',
    'lib',
    'loading',
    'observability/requests',
    'upstream',
  ],
  connections: ['datasources', 'lib', 'loading'],
  executor: ['lib'],
  observability: ['errors', 'lib', 'upstream/http'],
  'observability/metrics': ['answers', 'cache', 'http', 'lib', 'observability/requests', 'redis', 'upstream'],
  'observability/requests': ['http', 'lib', 'upstream'],
  'observability/tracing': ['config', 'errors', 'lib', 'upstream', 'upstream/http'],
  answers: ['lib'],
  config: ['datasources', 'identity', 'lib'],
  loading: ['cache', 'datasources', 'datasources/wire', 'errors', 'identity', 'lib', 'upstream'],
  datasources: ['datasources/wire', 'lib', 'upstream'],
  'datasources/wire': ['errors', 'lib', 'upstream'],
  redis: ['cache', 'identity', 'lib', 'upstream/quota'],
  cache: ['identity', 'lib'],
  http: ['errors', 'identity', 'lib'],
  auth: ['errors', 'identity', 'lib', 'upstream/http'],
  'upstream/login': ['errors', 'identity', 'lib', 'upstream', 'upstream/http'],
  upstream: ['errors', 'identity', 'lib', 'upstream/http', 'upstream/quota'],
  'upstream/http': ['errors', 'lib', 'upstream/quota'],
  'upstream/quota': ['errors', 'identity', 'lib'],
  identity: ['lib'],
  lib: ['errors'],
  errors: [],
  sandbox: [],
};

/** Packages that only these parts may import; any part may import other packages. */
const packages: readonly {
  readonly name: RegExp;
  readonly parts: readonly string[];
  readonly asTypeOnly?: true;
}[] = [
  {
    name: /^(@escape\.tech\/graphql-|@graphql-|graphql\b)/,
    parts: [
      'index',
      'prepare',
      'gateway',
      'schema',
      'http',
      'plugins',
      'doctor',
      'doctor/checks',
      'doctor/probing',
      'operations',
      'executor',
      'resolvers',
      'lookahead',
      'generated',
      'federation',
      'observability',
      'observability/requests',
    ],
  },
  { name: /^@apollo\/subgraph$/, parts: ['federation'] },
  { name: /^jose$/, parts: ['auth'] },
  { name: /^dataloader$/, parts: ['loading'] },
  { name: /^prom-client$/, parts: ['observability/metrics'] },
  { name: /^undici$/, parts: ['upstream/http'] },
  { name: /^@redis\//, parts: ['redis'] },
  { name: /^@opentelemetry\//, parts: ['observability/tracing'] },
  { name: /^@badrap\/valita$/, parts: ['config'] },
  {
    name: /^purecloud-platform-client-v2$/,
    parts: ['datasources', 'datasources/wire', 'upstream/http', 'sandbox'],
    asTypeOnly: true,
  },
];

/** Files in which a process begins; only they read its environment and end it. */
const processEdges = [
  'commands/config.ts',
  'commands/doctor.ts',
  'commands/sandbox.ts',
  'commands/schema.ts',
  'commands/start.ts',
  'main.ts',
];

interface Import {
  /** Path relative to src/. */
  readonly file: string;
  readonly specifier: string;
  readonly isType: boolean;
  /** True for `import()`, which loads on demand. */
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

/** Spreads of a configuration, or of a slice of one, and rests of one that is taken apart. */
function spreadConfigurations(text: string): string[] {
  const found: string[] = [];
  const textOf = ({ start, end }: { readonly start: number; readonly end: number }) => text.slice(start, end);
  const isConfiguration = (named: string) => /^(\w+\.)*config(\.\w+)*$/i.test(named);
  new Visitor({
    SpreadElement: (node) => {
      if (isConfiguration(textOf(node.argument))) found.push(textOf(node));
    },
    VariableDeclarator: ({ id, init }) => {
      if (id.type !== 'ObjectPattern' || init === null || !isConfiguration(textOf(init))) return;
      found.push(...id.properties.filter(({ type }) => type === 'RestElement').map(textOf));
    },
    ObjectPattern: ({ properties, typeAnnotation }) => {
      if (!typeAnnotation || !/Config\b/.test(textOf(typeAnnotation))) return;
      found.push(...properties.filter(({ type }) => type === 'RestElement').map(textOf));
    },
  }).visit(parseSync('checked.ts', text).program);
  return found;
}

/** Uses of the machine's clocks, in their order. Names of members, such as `clock.setTimeout`, are no uses. */
function clocksReadIn(file: string, text: string): string[] {
  const { module, program } = parseSync(file, text);
  /** By place in the text. */
  const found = new Map<number, string>();
  for (const { moduleRequest, entries, start } of module.staticImports) {
    if (!/^(node:)?(timers|timers\/promises|perf_hooks)$/.test(moduleRequest.value)) continue;
    if (entries.length > 0 && entries.every(({ importName }) => importName.name === 'setImmediate')) continue;
    found.set(start, moduleRequest.value);
  }
  const names = new Set<number>();
  const nameOf = ({
    key,
    computed,
  }: {
    readonly key: { readonly start: number };
    readonly computed: boolean;
  }) => {
    if (!computed) names.add(key.start);
  };
  new Visitor({
    ImportSpecifier: ({ imported, local }) => {
      names.add(imported.start).add(local.start);
    },
    MemberExpression: ({ object, property, computed, start }) => {
      if (object.type !== 'Identifier') {
        if (!computed) names.add(property.start);
        return;
      }
      const member =
        property.type === 'Identifier' ? property.name : text.slice(property.start + 1, property.end - 1);
      const path = `${object.name}.${member}`;
      if (path === 'Date.now' || path === 'AbortSignal.timeout') found.set(start, path);
      if (!computed && object.name !== 'globalThis') names.add(property.start);
    },
    Property: (node) => {
      if (!node.shorthand) nameOf(node);
    },
    MethodDefinition: nameOf,
    PropertyDefinition: nameOf,
    TSMethodSignature: nameOf,
    TSPropertySignature: nameOf,
    NewExpression: ({ callee, arguments: values, start }) => {
      if (callee.type === 'Identifier' && callee.name === 'Date' && values.length === 0) {
        found.set(start, 'new Date()');
      }
    },
    Identifier: ({ name, start }) => {
      if (/^(setTimeout|setInterval|performance)$/.test(name) && !names.has(start)) found.set(start, name);
    },
  }).visit(program);
  return [...found].toSorted(([a], [b]) => a - b).map(([, name]) => name);
}

/** Part of src/ to which a file belongs. */
function partOf(file: string): string {
  return file.includes('/') ? posix.dirname(file) : file.replace(/\.ts$/, '');
}

/** Path of the imported file, relative to src/; null for packages. */
function targetOf({ file, specifier }: Import): string | null {
  return specifier.startsWith('.') ? posix.normalize(posix.join(dirname(file), specifier)) : null;
}

function arrows(broken: readonly Import[]): string[] {
  return broken.map(({ file, specifier }) => `${file} -> ${specifier}`);
}

test('the table of imports has every part of src/, at most 8 files lie beside the folders, and imports of all kinds are found', () => {
  expect(files.filter((file) => !file.includes('/')).length).toBeLessThanOrEqual(8);
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

test('imports between parts of src/ are those that the table allows', () => {
  const broken = imports.filter((each) => {
    const target = targetOf(each);
    if (target === null) return false;
    if (target.startsWith('..')) return true;
    const [from, to] = [partOf(each.file), partOf(target)];
    return from !== to && house[from]?.includes(to) !== true;
  });
  expect(arrows(broken)).toEqual([]);
});

test('the table allows a part to import lower parts only', () => {
  const parts = Object.keys(house);
  const up = Object.entries(house).flatMap(([from, allowed]) =>
    allowed.filter((to) => parts.indexOf(to) < parts.indexOf(from)).map((to) => `${from} -> ${to}`),
  );
  expect(up).toEqual([]);
});

test('no file imports itself through other files, types and generated code included', () => {
  const targets = Map.groupBy(imports, ({ file }) => file);
  const finished = new Set<string>();
  function circleFrom(file: string, path: readonly string[]): readonly string[] | null {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (finished.has(file)) return null;
    for (const each of targets.get(file) ?? []) {
      const target = targetOf(each);
      const circle = target === null ? null : circleFrom(target, [...path, file]);
      if (circle !== null) return circle;
    }
    finished.add(file);
    return null;
  }
  expect(files.map((file) => circleFrom(file, [])).filter((circle) => circle !== null)).toEqual([]);
});

test('leaf folders import nothing from src/ but their own files and the few listed for them', () => {
  const leaves: Readonly<Record<string, RegExp>> = {
    'lib/': /^(lib\/|errors\.ts$)/,
    'identity/': /^(identity|lib)\//,
    'executor/': /^(executor|lib)\//,
    // Descriptions of REST resources: data about a call, types of its request and answer, and slices for reading long ones.
    'datasources/': /^(datasources\/|errors\.ts$|lib\/|upstream\/(answer|request)\.ts$)/,
  };
  const broken = imports.filter((each) => {
    const target = targetOf(each);
    const leaf = Object.keys(leaves).find((folder) => each.file.startsWith(folder));
    return target !== null && leaf !== undefined && leaves[leaf]?.test(target) !== true;
  });
  expect(arrows(broken)).toEqual([]);
});

test('nobody below the composition root takes the whole configuration, and nobody spreads it or a slice of it', () => {
  const whole = modules.filter(
    ({ file, text }) =>
      !file.startsWith('config/') && /import [^;]*\bConfig\b[^;]* from '[^']*config\/slices\.ts'/.test(text),
  );
  expect(whole.map(({ file }) => file).toSorted()).toEqual([
    'commands/banner.ts',
    'doctor/examine-gateway.ts',
    'gateway.ts',
    'index.ts',
  ]);
  expect(spreadConfigurations('const { upstream, ...rest } = config;')).toEqual(['...rest']);
  expect(spreadConfigurations('f({ ...options.config.cache, a });')).toEqual(['...options.config.cache']);
  expect(spreadConfigurations('const g = ({ a, ...rest }: CacheConfig) => a + rest.b;')).toEqual(['...rest']);
  expect(spreadConfigurations('f({ ...limits, config }, ...configs);')).toEqual([]);
  const spread = modules.flatMap(({ file, text }) =>
    file.startsWith('config/') ? [] : spreadConfigurations(text).map((each) => `${file}: ${each}`),
  );
  expect(spread).toEqual([]);
});

test('libraries are imported only by the parts listed for them, and GraphQL by none from the data sources downward', () => {
  const broken = imports.filter(({ file, specifier, isType }) =>
    packages.some(
      ({ name, parts, asTypeOnly }) =>
        name.test(specifier) && (!parts.includes(partOf(file)) || (asTypeOnly && !isType)),
    ),
  );
  expect(arrows(broken)).toEqual([]);
});

test("the vendor's SDK is imported for its types only", () => {
  const sdk = imports.filter(({ specifier }) => specifier.startsWith('purecloud-platform-client-v2'));
  expect(sdk.length).toBeGreaterThan(0);
  expect(arrows(sdk.filter(({ isType }) => !isType))).toEqual([]);
});

test('the code for tracing is imported dynamically, so that it is loaded only when tracing is on', () => {
  const users = imports.filter(
    (each) =>
      targetOf(each)?.startsWith('observability/tracing/') === true &&
      partOf(each.file) !== 'observability/tracing',
  );
  expect(users.some(({ isDynamic }) => isDynamic)).toBe(true);
  expect(arrows(users.filter(({ isType, isDynamic }) => !isType && !isDynamic))).toEqual([]);
});

test('the code for the subgraph schema is imported dynamically, so that it is loaded only when the subgraph is on', () => {
  const users = imports.filter(
    (each) => targetOf(each) === 'federation/subgraph-schema.ts' || each.specifier === '@apollo/subgraph',
  );
  expect(arrows(users.filter(({ isDynamic }) => isDynamic))).toEqual([
    'federation/served-schema.ts -> ./subgraph-schema.ts',
  ]);
  expect(arrows(users.filter(({ isDynamic }) => !isDynamic))).toEqual([
    'federation/subgraph-schema.ts -> @apollo/subgraph',
  ]);
});

test('generated code is imported for its types only, so that none of it runs', () => {
  const generated = imports.filter(
    (each) => partOf(each.file) === 'generated' || targetOf(each)?.startsWith('generated/'),
  );
  expect(generated.length).toBeGreaterThan(0);
  expect(arrows(generated.filter(({ isType }) => !isType))).toEqual([]);
});

test('the sandbox imports nothing from the gateway, and only files in which a process begins import the sandbox', () => {
  const within = imports.filter(({ file }) => partOf(file) === 'sandbox');
  const packagesOfSandbox = within.filter((each) => targetOf(each) === null && !each.isType);
  expect(arrows(packagesOfSandbox.filter(({ specifier }) => !specifier.startsWith('node:')))).toEqual([]);
  expect(arrows(within.filter((each) => targetOf(each)?.startsWith('sandbox/') === false))).toEqual([]);
  const users = imports.filter((each) => targetOf(each)?.startsWith('sandbox/'));
  const outside = users.filter(({ file }) => partOf(file) !== 'sandbox' && !processEdges.includes(file));
  expect(arrows(outside)).toEqual([]);
});

test('no type name is declared twice', () => {
  const declared = modules
    .filter(({ file }) => !file.startsWith('generated/'))
    .flatMap(({ file, text }) => {
      const names = text.matchAll(/^(?:export )?(?:abstract )?(?:class|interface|type) (\w+)/gm);
      return [...names].map(([, name = '']) => ({ name, file }));
    });
  expect(declared.length).toBeGreaterThan(200);
  const byName = Map.groupBy(declared, ({ name }) => name);
  const twice = [...byName].filter(([, places]) => places.length > 1);
  expect(twice.map(([name, places]) => `${name}: ${places.map(({ file }) => file).join(', ')}`)).toEqual([]);
});

test('only files in which a process begins use the global process', () => {
  const readers = modules.filter(({ readsProcess }) => readsProcess).map(({ file }) => file);
  expect(readers.toSorted()).toEqual(processEdges);
});

test('only the clock reads the clocks of the machine, so that a test can skip any time, and the wall clock can be set', () => {
  const text = `import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'; import 'timers';
    import { setImmediate } from 'node:timers/promises'; setTimeout(end, 1); globalThis.setInterval(end, 1);
    const mean = { setTimeout, at: performance.now() + Date.now() + Date['now'](), of: new Date() };
    AbortSignal.timeout(1); queueMicrotask(end);
    interface Clock { setTimeout(ms: number): void } class Own { setTimeout() { this.clock.setTimeout(end); } }
    const own = { setTimeout: clock.setTimeout, now: clock.now(), of: new Date(1), is: Date.parse('') };`;
  expect(clocksReadIn('made-up.ts', text)).toEqual([
    'node:timers/promises',
    'timers',
    'setTimeout',
    'setInterval',
    'setTimeout',
    'performance',
    'Date.now',
    'Date.now',
    'new Date()',
    'AbortSignal.timeout',
  ]);
  const readers = modules
    .filter(({ file }) => !/^(sandbox|generated)\//.test(file))
    .filter((module) => clocksReadIn(module.file, module.text).length > 0)
    .map(({ file }) => file);
  expect(readers).toEqual(['lib/clock.ts']);
});

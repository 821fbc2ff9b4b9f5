import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from 'prettier';
import { describe, expect, onTestFinished, test } from 'vitest';
import { recordCalls } from '../../../scripts/drift/calls.ts';
import { compare } from '../../../scripts/drift/compare.ts';
import { findFaults } from '../../../scripts/drift/find-faults.ts';
import lookedAt from '../../../scripts/drift/looked-at.json' with { type: 'json' };
import { readDeclarations } from '../../../scripts/drift/read-declarations.ts';
import { readOperations } from '../../../scripts/drift/read-operations.ts';
import { readSdk, type Sdk } from '../../../scripts/drift/read-sdk.ts';
import { snapshotOf } from '../../../scripts/drift/snapshot.ts';
import { usesOf } from '../../../scripts/drift/uses.ts';
import { contactRequest } from '../../../src/doctor/checks/credential.ts';
import { schema } from '../../../src/schema.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const installed = join(root, 'node_modules/purecloud-platform-client-v2');
const DECLARATIONS = 'index.d.ts';
const CODE = 'dist/node/purecloud-platform-client-v2.js';

const sdk = readSdk(installed);
const uses = usesOf(schema);
const names = [...new Set(uses.map(({ model }) => model))];
const calls = await recordCalls();

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'drift-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A copy of the installed SDK in which the first match in one of its files is replaced. */
function changedSdk(from: RegExp, to: string, file = DECLARATIONS): string {
  const folder = temporaryFolder();
  for (const each of ['package.json', DECLARATIONS, CODE]) {
    mkdirSync(dirname(join(folder, each)), { recursive: true });
    copyFileSync(join(installed, each), join(folder, each));
  }
  const text = readFileSync(join(folder, file), 'utf8');
  expect(text).toMatch(from);
  writeFileSync(join(folder, file), text.replace(from, to));
  return folder;
}

function drift(args: readonly string[], folder = root) {
  const script = join(folder, 'scripts/drift/main.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** The installed SDK with other properties in one model. */
function sdkWith(model: string, properties: Readonly<Record<string, string>>): Sdk {
  return { ...sdk, models: { ...sdk.models, [model]: { ...sdk.models[model], ...properties } } };
}

describe('npm run drift', () => {
  test('finds everything that the gateway uses in the installed SDK, and lists what the gateway does not use', () => {
    const { status, stdout, stderr } = drift([]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(
      `purecloud-platform-client-v2 ${sdk.version}, last looked at: ${lookedAt.version}\n`,
    );
    expect(stdout).toMatch(/^ {2}Wrapup: \d of the \d properties of Models\.Wrapup\n {4}tags, provisional$/m);
    expect(stdout).toContain('Everything that the gateway uses is there');
  });

  test('fails when a used property is gone, and names the property', () => {
    const folder = changedSdk(/(interface User \{[^}]*)"email"\?: string;/, '$1');
    const { status, stdout } = drift(['--sdk', folder]);
    expect(status).toBe(1);
    expect(stdout).toContain('  User.email: Models.User has no email\n');
    expect(stdout).toContain('  Models.User\n    - email: string\n');
  });

  test('fails when a used property has another type', () => {
    const folder = changedSdk(/(interface ConversationBasic \{[^}]*<)Models\.ParticipantBasic>/, '$1string>');
    const { status, stdout } = drift(['--sdk', folder]);
    expect(status).toBe(1);
    expect(stdout).toContain(
      'Conversation.participants: Models.ConversationBasic.participants is Array<string>, not ',
    );
    expect(stdout).toContain('    ~ participants: Array<Models.ParticipantBasic> → Array<string>\n');
  });

  test('fails when a query parameter that the gateway sends is gone', () => {
    const folder = changedSdk(/('\/api\/v2\/users',[^;]*?)'state': opts\['state'\]/, '$1', CODE);
    const { status, stdout } = drift(['--sdk', folder]);
    expect(status).toBe(1);
    expect(stdout).toContain('  GET /api/v2/users (users): getUsers has no parameter state\n');
  });

  test('lists added properties, and removed ones that the gateway does not use, without failing', () => {
    const folder = changedSdk(
      /(interface Campaign \{[^}]*)"version"\?: number;/,
      '$1"flavour"?: Models.Flavour;',
    );
    const { status, stdout } = drift(['--sdk', folder]);
    expect(status).toBe(0);
    expect(stdout).toContain('  Models.Campaign\n    - version: number\n    + flavour: Models.Flavour\n');
    expect(stdout).toMatch(/^ {2}Campaign: .*\n {4}flavour, /m);
  });

  test('records on request that a version was looked at, and compares with that version from then on', async () => {
    // The script writes into its own folder, so it runs from a copy.
    const folder = temporaryFolder();
    cpSync(join(root, 'scripts/drift'), join(folder, 'scripts/drift'), { recursive: true });
    for (const each of ['src', 'node_modules', 'package.json']) {
      symlinkSync(join(root, each), join(folder, each));
    }
    const changed = changedSdk(/(interface Campaign \{[^}]*)"version"\?: number;/, '$1');
    expect(drift(['--sdk', changed, '--looked-at'], folder)).toMatchObject({ status: 0, stderr: '' });
    const written = readFileSync(join(folder, 'scripts/drift/looked-at.json'), 'utf8');
    expect(await check(written, { parser: 'json', printWidth: 110 })).toBe(true);
    const { stdout } = drift([], folder);
    expect(stdout).toContain('the gateway reads:\n  Models.Campaign\n    + version: number\n\n');
  });

  test('reports an SDK that is missing or cannot be parsed', () => {
    const folder = temporaryFolder();
    const { status, stdout, stderr } = drift(['--sdk', folder]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`There is no SDK in ${folder} that can be read: ENOENT`);
    const broken = changedSdk(/namespace Models \{/, 'namespace Models');
    expect(() => readSdk(broken)).toThrow('index.d.ts cannot be parsed');
  });

  test('refuses unknown arguments', () => {
    const { status, stdout, stderr } = drift(['--lookedat']);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain("Unknown option '--lookedat'");
    expect(stderr).toContain('npm run drift -- [--sdk <folder>] [--looked-at]');
  });
});

describe('a part of the SDK that the gateway uses', () => {
  test('is in the installed SDK', () => {
    expect(findFaults(sdk, uses, calls)).toEqual([]);
  });

  test('may become another model where the gateway reads only a reference', () => {
    expect(findFaults(sdkWith('Queue', { division: 'Models.StarrableDivision' }), uses, [])).toEqual([]);
    expect(findFaults(sdkWith('Queue', { division: 'Models.ConnectRate' }), uses, [])).toEqual([
      'Queue.division: Models.Queue.division is Models.ConnectRate, not reference',
    ]);
    expect(findFaults(sdkWith('User', { presence: 'Models.DomainEntityRef' }), uses, [])).toEqual([
      'User.presence: Models.User.presence is Models.DomainEntityRef, not Models.UserPresence',
    ]);
  });

  test('is reported once when its whole model is gone', () => {
    const { Wrapup: _wrapup, ...models } = sdk.models;
    expect(findFaults({ ...sdk, models }, uses, [])).toEqual([
      expect.stringMatching(/^Models\.Wrapup is gone; it is read for Wrapup\.code, Wrapup\.name, /),
    ]);
  });

  test('is also checked where no field of the schema shows it', () => {
    const faults = findFaults(sdkWith('CampaignInteractions', { pendingInteractions: 'object' }), uses, []);
    expect(faults).toEqual([
      expect.stringContaining('Models.CampaignInteractions.pendingInteractions is object'),
    ]);
  });
});

describe('the recorded calls', () => {
  test('are one for each data source, with all query parameters that it can send', () => {
    expect(calls).toHaveLength(14 + 1);
    expect(calls).toContainEqual({
      resource: 'users',
      method: 'GET',
      path: '/api/v2/users',
      query: ['pageSize', 'state', 'expand', 'id'],
      permissions: [],
      answer: 'Models.UserEntityListing',
    });
    expect(calls.map(({ path }) => path)).toContain('/api/v2/outbound/contactlists/{}/contacts/bulk');
  });

  test('are reported when their operation is gone or answers another type', () => {
    const scripts = calls.filter(({ resource }) => resource === 'scripts');
    const answering = sdk.operations.map((each) =>
      each.name === 'getScript' ? { ...each, answer: 'string' } : each,
    );
    expect(findFaults({ ...sdk, operations: answering }, [], scripts)).toEqual([
      'GET /api/v2/scripts/{} (scripts): getScript answers string, not Models.Script',
    ]);
    expect(findFaults({ ...sdk, operations: [] }, [], scripts)).toEqual([
      'GET /api/v2/scripts/{} (scripts): the SDK has no such operation',
    ]);
  });
});

describe('the SDK', () => {
  test('is parsed into its models and the answer types of its operations', () => {
    const { models, answers } = readDeclarations(`
      declare class OneApi { getOne(id: string): Promise<Array<Models.One>>; deleteOne(): Promise<void>; sync(): string; }
      declare namespace OneApi { export interface Options { "expand"?: string; } }
      declare namespace Models { export interface One { "map"?: { [key: string]:
        string; }; plain: Array<Models.One>; } }
      declare interface Outside { id: string; }
    `);
    expect(models).toEqual({ One: { map: '{ [key: string]: string; }', plain: 'Array<Models.One>' } });
    expect([...answers]).toEqual([
      ['getOne', 'Array<Models.One>'],
      ['deleteOne', 'void'],
    ]);
  });

  test('is parsed into the methods, paths and query parameters of its operations', () => {
    const code = `class OneApi { getOne(id, opts) { other('/x'); return this.apiClient.callApi('/api/v2/ones/{id}', 'GET',
      { 'id': id }, { 'expand': opts['expand'],'state': opts['state'] }, {}, {}, null); } }`;
    expect(readOperations(code)).toEqual([
      { name: 'getOne', method: 'GET', path: '/api/v2/ones/{id}', query: ['expand', 'state'] },
    ]);
  });
});

describe('the set of models compared with the SDK', () => {
  test('has every model that src/datasources and src/upstream name', () => {
    const folders = ['src/datasources', 'src/upstream'];
    const sources = folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(join(root, folder, file), 'utf8')),
    );
    const named = sources.flatMap((source) =>
      [...source.matchAll(/\bModels\.(\w+)/g)].map(([, model]) => model),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((model) => !names.includes(model ?? ''))).toEqual([]);
  });

  test('has the answer type of every call', () => {
    const models = calls.map(({ answer }) => /Models\.(\w+)/.exec(answer)?.[1] ?? answer);
    expect(models.filter((model) => !names.includes(model))).toEqual([]);
  });
});

describe('the snapshot', () => {
  test('has all models that the gateway reads, as they are in the version that the snapshot names', () => {
    const isInstalled = lookedAt.version === sdk.version;
    const whatToDo = 'Other models are read now: see npm run drift, then npm run drift -- --looked-at';
    expect(isInstalled ? snapshotOf(sdk, names) : lookedAt, whatToDo).toEqual(lookedAt);
  });

  test('is in alphabetical order, and has only models that are read', () => {
    const { models } = snapshotOf(sdk, ['Wrapup', 'ConnectRate', 'NoSuchModel']);
    expect(Object.keys(models)).toEqual(['ConnectRate', 'Wrapup']);
    expect(Object.keys(models['ConnectRate'] ?? {})).toEqual(['attempts', 'connectRatio', 'connects']);
  });

  test('gives one line for a model that is gone or was not looked at before', () => {
    expect(compare(['A', 'B', 'C'], { A: { id: 'string' }, C: {} }, { B: { id: 'string' }, C: {} })).toEqual([
      { model: 'A', lines: ['gone'] },
      { model: 'B', lines: ['not looked at before'] },
    ]);
  });
});

test('the SDK has the call by which doctor asks whose a token is', () => {
  const { method, path, query = [] } = contactRequest;
  expect(sdk.operations).toContainEqual(
    expect.objectContaining({ method, path, query: query.map(([name]) => name), answer: 'Models.TokenInfo' }),
  );
});

import { dirname, resolve } from 'node:path';
import { nearestNames } from '../lib/edit-distance.ts';
import type { Form } from './forms.ts';
import type { GivenSetting, GivenBySetting, SettingOrigin } from './given.ts';
import { readSecret } from './secret-files.ts';
import { secretSettings, type SettingName, settingNames, settingOf } from './settings.ts';

/** Options of one level: settings, and further levels. */
interface Level {
  readonly settings: Map<string, SettingName>;
  /** Secrets whose value is in a file, by the option that names the file. */
  readonly files: Map<string, SettingName>;
  readonly levels: Map<string, Level>;
}

const root = levelOf(settingNames);

/** Where options are given. */
export interface OptionsPlace {
  /** Path of the file of settings; null for the options of the library. */
  readonly file: string | null;
  /** Line of an option in the file, counted from 1; null when it is not known. */
  readonly lineOf: (path: readonly string[]) => number | null;
}

/** Nearer than this, a name is probably meant. */
const MOST_EDITS = 3;

/** Settings of a tree of options by slices, such as `{ upstream: { region: 'eu-west-1' } }`. Adds what is wrong to `problems`. */
export function givenByOptions(tree: unknown, place: OptionsPlace, problems: string[]): GivenBySetting {
  const given = new Map<SettingName, GivenSetting>();

  function readLevel(level: Level, value: unknown, path: readonly string[]): void {
    // An empty section of a file is null.
    if (value === undefined || value === null) return;
    // A Map, for one, has no entries that could be read.
    if (Object.prototype.toString.call(value) !== '[object Object]') {
      problems.push(
        `${named(path)} must be ${path.length === 0 ? 'an object of options' : 'a group of options'}.`,
      );
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      const at = [...path, key];
      const name = level.settings.get(key);
      const ofFile = level.files.get(key);
      const further = level.levels.get(key);
      if (further !== undefined) readLevel(further, inner, at);
      else if (name !== undefined) readSetting(name, inner, at);
      else if (ofFile !== undefined) readSecretFile(ofFile, inner, at);
      else problems.push(`${named(at)} is no option${meant(level, key)}.`);
    }
  }

  function readSetting(name: SettingName, value: unknown, path: readonly string[]): void {
    if (value === undefined || value === null || value === '') return;
    const { form = { kind: 'text' }, isOfProcess = false } = settingOf(name);
    if (isOfProcess && place.file === null) {
      problems.push(
        `${named(path)} is an option of the command only: an app has its own server, log and shutdown.`,
      );
      return;
    }
    if (isGivenAlready(name)) return;
    const text = textOf(value, form);
    if (text === null) {
      problems.push(`${named(path)} must be ${wanted(form)}; it is ${kindOf(value)}.`);
      given.set(name, { text: null, name: named(path), origin: originOf(path) });
      return;
    }
    const isRelative = form.kind === 'path' && place.file !== null;
    const meantText = isRelative ? resolve(dirname(place.file), text) : text;
    given.set(name, { text: meantText, name: named(path), origin: originOf(path) });
  }

  function readSecretFile(name: SettingName, value: unknown, path: readonly string[]): void {
    if (value === undefined || value === null || value === '') return;
    if (isGivenAlready(name)) return;
    let text: string | null = null;
    if (typeof value === 'string') {
      text = readSecret(
        named(path),
        place.file === null ? value : resolve(dirname(place.file), value),
        problems,
      );
    } else problems.push(`${named(path)} must be the path of a file; it is ${kindOf(value)}.`);
    given.set(name, { text, name: optionOf(name), origin: originOf(path) });
  }

  function isGivenAlready(name: SettingName): boolean {
    if (!given.has(name)) return false;
    problems.push(`Either ${optionOf(name)} or ${optionOf(name)}File can be set, not both.`);
    return true;
  }

  const originOf = (path: readonly string[]): SettingOrigin =>
    place.file === null ? { kind: 'option' } : { kind: 'file', path: place.file, line: place.lineOf(path) };

  readLevel(root, tree, []);
  return given;
}

/** Name of an option in messages. */
function named(path: readonly string[]): string {
  return path.length === 0 ? 'What is given' : path.join('.');
}

/** Path of the option of a setting. */
export function optionOf(name: SettingName): string {
  return settingOf(name).option;
}

function levelOf(names: readonly SettingName[]): Level {
  const top: Level = { settings: new Map(), files: new Map(), levels: new Map() };
  for (const name of names) {
    const path = optionOf(name).split('.');
    const last = path.pop() ?? '';
    let level = top;
    for (const part of path) {
      let further = level.levels.get(part);
      if (further === undefined) {
        further = { settings: new Map(), files: new Map(), levels: new Map() };
        level.levels.set(part, further);
      }
      level = further;
    }
    level.settings.set(last, name);
    if (secretSettings.includes(name)) level.files.set(`${last}File`, name);
  }
  return top;
}

/** Ending of a sentence with what is probably meant by an unknown key. */
function meant(level: Level, key: string): string {
  const ofVariable = settingNames.find((name) => name === key);
  if (ofVariable !== undefined) return `: ${optionOf(ofVariable)} is the option of that setting`;
  const here = [...level.settings.keys(), ...level.levels.keys()];
  const near = nearestNames(key, here, Math.min(MOST_EDITS, Math.ceil(key.length / 2)));
  if (near.length > 0) return `: ${near.join(' or ')} is probably meant`;
  const elsewhere = settingNames.map(optionOf).filter((option) => option.endsWith(`.${key}`));
  if (elsewhere.length > 0) return `: ${elsewhere.join(' or ')} is probably meant`;
  return `; there are ${here.join(', ')}`;
}

/** Text of a value as the environment has it; null for a value of another form. */
function textOf(value: unknown, form: Form): string | null {
  if (typeof value === 'string') return form.kind === 'counts' ? null : value.trim();
  switch (form.kind) {
    case 'switch':
      return typeof value === 'boolean' ? String(value) : value === 1 || value === 0 ? String(value) : null;
    case 'number':
    case 'duration':
    case 'share':
      return typeof value === 'number' ? textOfNumber(value) : null;
    case 'list':
      return Array.isArray(value) && value.every(isListElement) ? value.join(',') : null;
    case 'counts':
      return typeof value === 'object' && !Array.isArray(value) ? textOfCounts(value) : null;
    case 'choice':
    case 'path':
    case 'text':
      return null;
  }
}

/** Decimal digits, where JavaScript would write 1e-7. */
function textOfNumber(value: number): string {
  return Math.abs(value) < 1e-6 ? value.toFixed(10).replace(/\.?0+$/, '') : String(value);
}

/** Elements are parted by commas in the text. */
function isListElement(value: unknown): value is string {
  return typeof value === 'string' && !value.includes(',');
}

function textOfCounts(value: object | null): string | null {
  const counts = Object.entries(value ?? {});
  if (counts.some(([, count]) => typeof count !== 'number')) return null;
  return counts.map(([name, number]) => `${name}=${String(number)}`).join(',');
}

function wanted(form: Form): string {
  switch (form.kind) {
    case 'switch':
      return 'true or false';
    case 'number':
    case 'share':
      return 'a number';
    case 'duration':
      return 'a number, or a text such as 5s';
    case 'list':
      return 'a list of texts without commas';
    case 'counts':
      return 'numbers by name';
    case 'choice':
      return `one of ${form.values.join(', ')}`;
    case 'path':
      return 'the path of a file';
    case 'text':
      return 'a text, in quotes where it looks like a number';
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return (
    { object: 'an object', number: 'a number', boolean: 'true or false', string: 'a text' }[
      typeof value as string
    ] ?? `a ${typeof value}`
  );
}

import { parseArgs } from 'node:util';
import { nearestNames } from '../lib/edit-distance.ts';
import { type CommandName, commandNames, commandOf, type OptionName, options } from './commands.ts';

/** What a command line asks for. */
export interface CommandLine {
  readonly command: CommandName;
  /** Word after the command, such as `schema` of `config schema`. For `help`, the command that it is about. */
  readonly word: string | null;
  /** Path of a file with settings. */
  readonly configFile: string | null;
  /** Path of a file with a caller's token; `-` for standard input. */
  readonly tokenFile: string | null;
  readonly isJson: boolean;
}

/** Nearer than this, a word is probably meant. */
const MOST_EDITS = 3;

/**
 * Command line without the program's name.
 *
 * @returns All problems at once, as sentences, where something is unknown or missing.
 */
export function parseArguments(
  args: readonly string[],
): CommandLine | 'version' | { readonly problems: readonly string[] } {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token] : []));
  const problems: string[] = [];
  const [name = 'start', ...rest] = words;
  const command = commandNames.find((each) => each === name);
  if (command === undefined) problems.push(`There is no command "${name}"${meant(name, commandNames)}.`);
  const values = new Map<OptionName, string>();
  for (const { name: option, rawName, value } of given) {
    const known = optionNames.find((each) => each === option);
    if (known === undefined) {
      problems.push(`There is no option ${rawName}${meant(rawName, spelledOptions)}.`);
    } else if (options[known].type === 'boolean') {
      if (value === undefined) values.set(known, '');
      else problems.push(`${rawName} takes no value.`);
    } else if (value === undefined || value === '') {
      problems.push(`${rawName} needs a value.`);
    } else if (values.has(known)) {
      problems.push(`${rawName} can be given once.`);
    } else {
      values.set(known, value);
    }
  }
  const format = values.get('format') ?? 'text';
  if (!['text', 'json'].includes(format)) problems.push(`--format must be json or text; it is "${format}".`);
  if (command !== undefined) {
    const taken = new Set<OptionName>([...commandOf(command).options, 'help', 'version']);
    for (const option of values.keys()) {
      if (!taken.has(option)) problems.push(`${command} takes no --${option}.`);
    }
    // The value of an unknown option would be taken for a word.
    if (problems.length === 0) problems.push(...problemsOfWords(command, rest));
  }
  if (problems.length > 0) return { problems };
  if (values.has('version')) return 'version';
  const isHelp = values.has('help');
  return {
    command: isHelp ? 'help' : (command ?? 'start'),
    word: isHelp && command !== 'help' ? (words[0] ?? null) : (rest[0] ?? null),
    configFile: values.get('config') ?? null,
    tokenFile: values.get('token-file') ?? null,
    isJson: format === 'json',
  };
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the key type
const optionNames = Object.keys(options) as readonly OptionName[];
const spelledOptions = optionNames.map((name) => `--${name}`);

function problemsOfWords(command: CommandName, [word, ...more]: readonly string[]): string[] {
  const known: readonly string[] =
    command === 'help' ? commandNames : Object.keys(commandOf(command).words ?? {});
  if (word === undefined) return [];
  if (more.length > 0) return [`${command} takes one word at most.`];
  if (known.length === 0) return [`${command} takes no word, and "${word}" is one.`];
  return known.includes(word) ? [] : [`There is no ${command} "${word}"${meant(word, known)}.`];
}

/** Ending of a sentence with the names that are near an unknown one; all of them where none is near. */
function meant(name: string, known: readonly string[]): string {
  const near = nearestNames(name, known, Math.min(MOST_EDITS, Math.ceil(name.length / 2)));
  return near.length > 0 ? `: ${near.join(' or ')} is probably meant` : `; there are ${known.join(', ')}`;
}

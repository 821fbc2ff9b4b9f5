/** Options of the command line, by their names. */
export const options = {
  config: {
    type: 'string',
    value: 'FILE',
    meaning: 'settings from a YAML file; the environment goes before it',
  },
  'token-file': {
    type: 'string',
    value: 'FILE',
    meaning: 'token of a caller, in pass-through mode; - for standard input',
  },
  format: { type: 'string', value: 'json', meaning: 'JSON instead of text' },
  help: { type: 'boolean', short: 'h', meaning: 'this help' },
  version: { type: 'boolean', short: 'v', meaning: 'version of the gateway' },
} as const satisfies Record<string, Option>;

interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** Stands for the value in the help. */
  readonly value?: string;
  readonly meaning: string;
}

export type OptionName = keyof typeof options;

interface Command {
  readonly summary: string;
  /** Options besides `--help` and `--version`, which all commands take. */
  readonly options: readonly OptionName[];
  /** Words that may follow the command, with what they do. @default none */
  readonly words?: Readonly<Record<string, string>>;
}

/** Commands by name, in the order of the help. */
const commands = {
  start: { summary: 'starts the gateway; the command that is meant when none is given', options: ['config'] },
  sandbox: { summary: 'starts the sandbox alone: an invented organisation behind the REST API', options: [] },
  doctor: {
    summary: 'tells whether the gateway will work here, and what it will lack, before any traffic',
    options: ['config', 'token-file', 'format'],
  },
  config: {
    summary: 'checks the settings and prints each with its value and where it comes from',
    options: ['config', 'format'],
    words: { schema: 'prints the JSON Schema of the file of --config' },
  },
  schema: { summary: 'prints the GraphQL schema that is served', options: ['config'] },
  help: { summary: 'prints this help, or that of a command', options: [] },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof commands;

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the key type
export const commandNames = Object.keys(commands) as readonly CommandName[];

export function commandOf(name: CommandName): Command {
  return commands[name];
}

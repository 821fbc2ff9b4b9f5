import { type CommandName, commandNames, commandOf, type OptionName, options } from './commands.ts';

const NAME = 'campaign-interaction-gateway';

/** Help of the program, or of one command. */
export function helpOf(command: CommandName | null): string {
  return command === null ? ofProgram() : ofCommand(command);
}

function ofProgram(): string {
  return `A GraphQL gateway over the Genesys Cloud REST API for what outbound campaigns are doing right now.

Usage: ${NAME} [command] [options]

Commands:
${table(commandNames.map((name) => [name, commandOf(name).summary]))}

Options:
${table(optionRows(['config', 'format', 'help', 'version']))}

"${NAME} help COMMAND" tells more of a command. Without settings, "${NAME}" starts over the
embedded sandbox, which needs no account. GENESYSCLOUD_REGION=eu-west-1 names a region of your own instead.
`;
}

function ofCommand(name: CommandName): string {
  const command = commandOf(name);
  const words = Object.entries(command.words ?? {});
  const word = name === 'help' ? ' [COMMAND]' : words.map(([each]) => ` [${each}]`).join('');
  return `${NAME} ${name}: ${command.summary}

Usage: ${NAME} ${name}${word}${command.options.map((each) => ` [${spelled(each)}]`).join('')}
${words.length === 0 ? '' : `\n${table(words)}\n`}
Options:
${table(optionRows([...command.options, 'help', 'version']))}
`;
}

function optionRows(names: readonly OptionName[]): (readonly [string, string])[] {
  return names.map((name) => {
    const { short } = { short: null, ...options[name] };
    return [short === null ? spelled(name) : `${spelled(name)}, -${short}`, options[name].meaning];
  });
}

function spelled(name: OptionName): string {
  const { value } = { value: null, ...options[name] };
  return value === null ? `--${name}` : `--${name} ${value}`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

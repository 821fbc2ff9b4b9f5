import { commandNames } from './commands/commands.ts';
import { helpOf } from './commands/help.ts';
import { version } from './lib/package-texts.ts';
import { type CommandLine, parseArguments } from './commands/parse-arguments.ts';

/** Exit code for a command line that cannot be understood. */
const MISUSED = 2;

/** Runs what a command line asks for. Each command loads its own modules only, so that the gateway starts fast. */
async function run(commandLine: CommandLine): Promise<void> {
  const sources = { env: process.env, file: commandLine.configFile };
  switch (commandLine.command) {
    case 'start':
      return (await import('./commands/start.ts')).start(sources);
    case 'sandbox':
      return (await import('./commands/sandbox.ts')).sandbox();
    case 'schema':
      return (await import('./commands/schema.ts')).schema(sources);
    case 'help': {
      process.stdout.write(helpOf(commandNames.find((name) => name === commandLine.word) ?? null));
      return;
    }
    case 'config': {
      const { config, schemaOfConfig } = await import('./commands/config.ts');
      return commandLine.word === 'schema' ? schemaOfConfig() : config(sources, commandLine.isJson);
    }
    case 'doctor':
      return (await import('./commands/doctor.ts')).doctor(sources, commandLine);
  }
}

const parsed = parseArguments(process.argv.slice(2));
if (parsed === 'version') {
  process.stdout.write(`${version}\n`);
} else if ('problems' in parsed) {
  process.stderr.write(
    `${parsed.problems.map((problem) => `${problem}\n`).join('')}campaign-interaction-gateway --help lists all of it.\n`,
  );
  process.exitCode = MISUSED;
} else {
  await run(parsed);
}

import { describe, expect, test } from 'vitest';
import { commandNames } from '../../../src/commands/commands.ts';
import { helpOf } from '../../../src/commands/help.ts';
import { parseArguments } from '../../../src/commands/parse-arguments.ts';

const nothing = { word: null, configFile: null, tokenFile: null, isJson: false };

describe('a command line', () => {
  test.each([
    ['', { command: 'start' }],
    ['start', { command: 'start' }],
    ['--config gateway.yaml', { command: 'start', configFile: 'gateway.yaml' }],
    ['start --config=gateway.yaml', { command: 'start', configFile: 'gateway.yaml' }],
    ['sandbox', { command: 'sandbox' }],
    ['doctor --token-file - --format json', { command: 'doctor', tokenFile: '-', isJson: true }],
    ['config --format text', { command: 'config' }],
    ['config schema', { command: 'config', word: 'schema' }],
    ['schema', { command: 'schema' }],
    ['help', { command: 'help' }],
    ['help config', { command: 'help', word: 'config' }],
    ['--help', { command: 'help' }],
    ['-h', { command: 'help' }],
    ['doctor --help', { command: 'help', word: 'doctor' }],
  ])('"%s" is understood', (line, meant) => {
    expect(parseArguments(split(line))).toEqual({ ...nothing, ...meant });
  });

  test.each(['--version', '-v', 'start --version'])('"%s" asks for the version', (line) => {
    expect(parseArguments(split(line))).toBe('version');
  });

  test.each([
    ['strat', 'There is no command "strat": start is probably meant.'],
    ['doktor', 'There is no command "doktor": doctor is probably meant.'],
    ['xyzzy', 'There is no command "xyzzy"; there are start, sandbox, doctor, config, schema, help.'],
    ['config shema', 'There is no config "shema": schema is probably meant.'],
    ['help strat', 'There is no help "strat": start is probably meant.'],
    ['sandbox here', 'sandbox takes no word, and "here" is one.'],
    ['config schema more', 'config takes one word at most.'],
    ['config --fromat json', 'There is no option --fromat: --format is probably meant.'],
    ['-x', 'There is no option -x; there are --config, --token-file, --format, --help, --version.'],
    ['config --format', '--format needs a value.'],
    ['config --format=', '--format needs a value.'],
    ['config --format xml', '--format must be json or text; it is "xml".'],
    ['--config a --config b', '--config can be given once.'],
    ['--help=yes', '--help takes no value.'],
    ['sandbox --config a', 'sandbox takes no --config.'],
    ['start --token-file a', 'start takes no --token-file.'],
  ])('"%s" is refused with what was meant', (line, problem) => {
    expect(parseArguments(split(line))).toEqual({ problems: [problem] });
  });

  test('has all its problems told at once', () => {
    expect(parseArguments(['--fromat', '--config'])).toEqual({
      problems: ['There is no option --fromat: --format is probably meant.', '--config needs a value.'],
    });
  });
});

test('the help of the program names each command, and that of each command its options', () => {
  for (const name of commandNames) expect(helpOf(null)).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  expect(helpOf('doctor')).toContain('--token-file FILE');
  expect(helpOf('config')).toContain('schema  prints');
});

function split(line: string): string[] {
  return line.split(' ').filter((word) => word !== '');
}

import { type SettingReport, reportOf } from '../config/config-report.ts';
import { configSchema } from '../config/json-schema.ts';
import { type ConfigSources, examineConfig } from '../config/read-config.ts';

/** Prints what the settings are, and what is wrong with them. Exit code 1 where the gateway would not start. */
export async function config(sources: ConfigSources, isJson: boolean): Promise<void> {
  const { given, config: read, problems, warnings } = await examineConfig(sources);
  const settings = reportOf(given, read);
  process.stdout.write(
    isJson
      ? `${JSON.stringify({ settings, problems, warnings }, null, 2)}\n`
      : textOf(settings, problems, warnings),
  );
  if (problems.length > 0) process.exitCode = 1;
}

/** Prints the JSON Schema of a file of settings. */
export function schemaOfConfig(): void {
  process.stdout.write(`${JSON.stringify(configSchema(), null, 2)}\n`);
}

function textOf(
  settings: readonly SettingReport[],
  problems: readonly string[],
  warnings: readonly string[],
): string {
  const given = settings.filter(isGiven);
  const others = settings.filter((setting) => !isGiven(setting));
  const width = Math.max(...settings.map(({ name }) => name.length));
  return [
    paragraph('Set', given, (setting) => lineOf(setting, width)),
    paragraph('Not set', others, (setting) => lineOf(setting, width)),
    paragraph('Problems: the gateway would not start', problems, (problem) => `  - ${problem}`),
    paragraph('Warnings', warnings, (warning) => `  - ${warning}`),
    problems.length === 0 ? 'The gateway would start with these settings.\n' : '',
  ]
    .filter((each) => each !== '')
    .join('\n');
}

function isGiven({ origin }: SettingReport): boolean {
  return origin !== 'default' && origin !== 'derived';
}

function paragraph<Each>(title: string, list: readonly Each[], write: (each: Each) => string): string {
  return list.length === 0 ? '' : `${title}:\n${list.map((each) => `${write(each)}\n`).join('')}`;
}

function lineOf(setting: SettingReport, width: number): string {
  const { name, value, unit, origin } = setting;
  const shown = value === null ? '-' : unit === null || /[a-z]/i.test(value) ? value : `${value} ${unit}`;
  const usual =
    origin === 'default' || setting.default === null
      ? ''
      : `; default ${setting.default}${unit === null ? '' : ` ${unit}`}`;
  return `  ${name.padEnd(width)}  ${shown}  (${origin}${origin === 'derived' ? '' : usual})`;
}

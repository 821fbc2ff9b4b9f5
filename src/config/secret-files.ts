import { firstBytesOf } from '../lib/first-bytes.ts';
import { type SettingName, secretSettings, settingNames } from './settings.ts';

type Texts = Readonly<Record<string, string>>;

/** Many thousand hashes of API keys are less. */
const MAX_SECRET_BYTES = 1024 * 1024;

/** Name of the variable that names a file with the value of a setting. */
export function fileVariable<Name extends string>(name: Name) {
  return `${name}_FILE` as const;
}

/**
 * Values of secret settings that are in files; null for a file that cannot be used. That is a problem, which names the
 * variable and never the content.
 */
export function readSecretFiles(
  own: Texts,
  problems: string[],
): Readonly<Partial<Record<SettingName, string | null>>> {
  const values: Partial<Record<SettingName, string | null>> = {};
  for (const name of secretSettings) {
    const variable = fileVariable(name);
    const path = own[variable];
    if (path === undefined) continue;
    if (own[name] === undefined) values[name] = readSecret(variable, path, problems);
    else problems.push(`Either ${name} or ${variable} can be set, not both.`);
  }
  return values;
}

/** Problems of settings that are no secrets and yet are to be read from files. */
export function problemsOfMisplacedFiles(own: Texts): string[] {
  return settingNames
    .filter((name) => isMisplaced(fileVariable(name)) && fileVariable(name) in own)
    .map(
      (name) => `${fileVariable(name)} is not a setting: only secrets are read from files, so set ${name}.`,
    );
}

/** True for the variable of a file with a setting that is no secret. */
export function isMisplaced(variable: string): boolean {
  const name = variable.replace(/_FILE$/, '');
  return name !== variable && isSetting(name) && !isSetting(variable) && !secretSettings.includes(name);
}

function isSetting(name: string): name is SettingName {
  return settingNames.some((each) => each === name);
}

/**
 * Text of a file without the line break that editors put at its end; null where there is none, which is a problem.
 *
 * @param variable Name of what names the file.
 */
export function readSecret(variable: string, path: string, problems: string[]): string | null {
  try {
    const bytes = firstBytesOf(path, MAX_SECRET_BYTES + 1);
    const text = bytes.toString('utf8').trim();
    if (text !== '' && bytes.length <= MAX_SECRET_BYTES) return text;
    const why = text === '' ? 'is empty' : `has more than ${MAX_SECRET_BYTES} bytes`;
    problems.push(`${variable} names ${path}, which ${why}.`);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.push(`${variable} names ${path}, which cannot be read: ${why}.`);
  }
  return null;
}

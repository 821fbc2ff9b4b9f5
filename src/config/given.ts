import { type IsSet, type SettingName, settingOf } from './settings.ts';

/** Where the text of a setting comes from. */
export type SettingOrigin =
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'file'; readonly path: string; readonly line: number | null }
  | { readonly kind: 'option' };

/** Setting as it was given. */
export interface GivenSetting {
  /** Text without the blanks around it; null when it could not be read, which is a problem that is already reported. */
  readonly text: string | null;
  /** Name by which messages call it: that of the variable, or the path of the option. */
  readonly name: string;
  readonly origin: SettingOrigin;
}

export type GivenBySetting = ReadonlyMap<SettingName, GivenSetting>;

/** Settings, wherever they were given. */
export interface GivenSettings {
  /** Undefined for a setting that is not set, or that could not be read. */
  readonly textOf: (name: SettingName) => string | undefined;
  /** Name by which messages call a setting. */
  readonly nameOf: (name: SettingName) => string;
  /** Null for a setting that is not set. */
  readonly originOf: (name: SettingName) => SettingOrigin | null;
  readonly isSet: IsSet;
  /** Settings of the file that do not count, by name, and the setting of the environment that each gives way to. */
  readonly replaced: readonly { readonly name: string; readonly by: string }[];
}

/** Settings that stand for one decision: what the environment chooses replaces `others` of a file, instead of contradicting them. */
interface Decision {
  readonly chosen: readonly SettingName[];
  readonly others: readonly SettingName[];
}

/**
 * No decision makes a gateway more open: `AUTH_NONE` of the environment beside the authentication of a file is a contradiction, which
 * is a problem.
 */
const decisions: readonly Decision[] = [
  {
    chosen: ['GENESYSCLOUD_REGION', 'GENESYSCLOUD_API_URL', 'SANDBOX'],
    others: ['GENESYSCLOUD_REGION', 'GENESYSCLOUD_API_URL', 'GENESYSCLOUD_LOGIN_URL', 'SANDBOX'],
  },
  {
    chosen: ['GENESYSCLOUD_ACCESS_TOKEN'],
    others: ['GENESYSCLOUD_OAUTHCLIENT_ID', 'GENESYSCLOUD_OAUTHCLIENT_SECRET'],
  },
  {
    chosen: ['GENESYSCLOUD_OAUTHCLIENT_ID', 'GENESYSCLOUD_OAUTHCLIENT_SECRET'],
    others: ['GENESYSCLOUD_ACCESS_TOKEN'],
  },
  { chosen: ['AUTH_JWKS_URL', 'AUTH_API_KEY_HASHES'], others: ['AUTH_NONE'] },
];

/**
 * Settings of a file with those of the environment before them.
 *
 * @param nameOfUnset Name by which messages call a setting that is not set.
 */
export function givenSettings(
  environment: GivenBySetting,
  file: GivenBySetting,
  nameOfUnset: (name: SettingName) => string,
): GivenSettings {
  const replaced = new Map<SettingName, GivenSetting>();
  for (const { chosen, others } of decisions) {
    const by = chosen.map((name) => chosenIn(environment, name)).find((each) => each !== null) ?? null;
    if (by === null) continue;
    for (const name of others) if (!environment.has(name) && file.has(name)) replaced.set(name, by);
  }
  const of = (name: SettingName): GivenSetting | undefined =>
    environment.get(name) ?? (replaced.has(name) ? undefined : file.get(name));
  return {
    textOf: (name) => of(name)?.text ?? undefined,
    nameOf: (name) => of(name)?.name ?? nameOfUnset(name),
    originOf: (name) => of(name)?.origin ?? null,
    isSet: (name) => of(name) !== undefined,
    replaced: [...replaced].map(([name, by]) => ({ name: file.get(name)?.name ?? name, by: by.name })),
  };
}

/** Setting of the environment that makes a choice; null where it makes none, as a switch that is off. */
function chosenIn(environment: GivenBySetting, name: SettingName): GivenSetting | null {
  const given = environment.get(name);
  if (given === undefined) return null;
  const { schema, form } = settingOf(name);
  if (form?.kind !== 'switch') return given;
  const read = schema.try(given.text);
  return read.ok && read.value === true ? given : null;
}

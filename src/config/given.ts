import type { IsSet, SettingName } from './settings.ts';

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
}

/**
 * Settings that stand for one decision. Where the environment makes it by one of `chosen`, those of a file among `others` do not
 * count: an access token of the environment replaces the client of a file, instead of contradicting it.
 */
const decisions: readonly {
  readonly chosen: readonly SettingName[];
  readonly others: readonly SettingName[];
}[] = [
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
  { chosen: ['AUTH_NONE'], others: ['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_API_KEY_HASHES'] },
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
  const replaced = new Set(
    decisions
      .filter(({ chosen }) => chosen.some((name) => environment.has(name)))
      .flatMap(({ others }) => others),
  );
  const of = (name: SettingName): GivenSetting | undefined =>
    environment.get(name) ?? (replaced.has(name) ? undefined : file.get(name));
  return {
    textOf: (name) => of(name)?.text ?? undefined,
    nameOf: (name) => of(name)?.name ?? nameOfUnset(name),
    originOf: (name) => of(name)?.origin ?? null,
    isSet: (name) => of(name) !== undefined,
  };
}

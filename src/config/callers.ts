import type { ApiKey } from '../identity/api-keys.ts';
import type { GivenSettings } from './given.ts';
import {
  authenticating,
  callerSettings,
  ownCredentials,
  type SettingName,
  type SettingValues,
  tokenSettings,
} from './settings.ts';

/** Credentials that callers authenticate to the gateway with. */
export interface AuthenticationConfig {
  readonly apiKeys: readonly ApiKey[];
  /** Null when no tokens are accepted. */
  readonly tokens: { readonly jwksUrl: string; readonly issuer: string; readonly audience: string } | null;
}

export function authenticationOf(
  values: SettingValues,
  { isSet, nameOf }: GivenSettings,
  problems: string[],
): AuthenticationConfig | null {
  const namesOf = (names: readonly SettingName[]) => names.map(nameOf).join(' and ');
  const set = callerSettings.filter(isSet);
  const isPassThrough =
    (isSet('GENESYSCLOUD_REGION') || isSet('GENESYSCLOUD_API_URL')) && !ownCredentials.some(isSet);
  if (isPassThrough && set.length > 0) {
    problems.push(
      `${namesOf(set)} must not be set without a credential of the gateway's own: callers send a token of the upstream, which decides what they may see.`,
    );
    return null;
  }
  const missing = tokenSettings.filter((name) => !isSet(name));
  if (missing.length > 0 && missing.length < tokenSettings.length) {
    problems.push(
      `${namesOf(missing)} must be set as well: ${tokenSettings.slice(0, -1).map(nameOf).join(', ')} and ${nameOf('AUTH_AUDIENCE')} belong together.`,
    );
  }
  const by = authenticating.filter(isSet);
  if (by.length === 0) return null;
  if (isSet('AUTH_NONE')) {
    problems.push(`Either ${nameOf('AUTH_NONE')} or ${namesOf(by)} can be set, not both.`);
  }
  return {
    apiKeys: values.AUTH_API_KEY_HASHES ?? [],
    tokens: isSet('AUTH_JWKS_URL')
      ? {
          jwksUrl: values.AUTH_JWKS_URL ?? '',
          issuer: values.AUTH_ISSUER ?? '',
          audience: values.AUTH_AUDIENCE ?? '',
        }
      : null,
  };
}

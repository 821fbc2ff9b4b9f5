import type { Credentials } from '../identity/credentials.ts';
import { isLoopback } from '../lib/loopback.ts';
import type { GivenSettings } from './given.ts';
import { authenticating, ownCredentials, type SettingName, type SettingValues } from './settings.ts';

/** The organisation's API, and the credential for it. */
export interface UpstreamTarget {
  /** Base of the REST API, such as `https://api.mypurecloud.ie`. */
  readonly apiUrl: string;
  readonly credentials: Credentials;
}

/** Who uses the configuration. */
export interface ConfigUse {
  /** Null for a gateway in an app, which has no sandbox, and of which nobody knows who reaches it. */
  readonly ofProcess: { readonly isProduction: boolean } | null;
}

const selectingSettings = ['GENESYSCLOUD_REGION', 'GENESYSCLOUD_API_URL'] as const satisfies SettingName[];
/** Settings that need an upstream but do not select one. */
const upstreamSettings = ['GENESYSCLOUD_LOGIN_URL', ...ownCredentials] as const satisfies SettingName[];

/**
 * Checks settings in combination. An invalid setting counts as set: its own problem is already reported. Null for the
 * embedded sandbox.
 */
export function targetOf(
  values: SettingValues,
  given: GivenSettings,
  { ofProcess }: ConfigUse,
  problems: string[],
): UpstreamTarget | null {
  const { isSet, nameOf } = given;
  const namesOf = (names: readonly SettingName[]) => names.map(nameOf).join(' and ');
  const either = `${nameOf('GENESYSCLOUD_REGION')} or ${nameOf('GENESYSCLOUD_API_URL')}`;
  const isSandboxMeant = isSet('SANDBOX') && values.SANDBOX !== false;
  const credentials = credentialsOf(values, given, problems);
  const selecting = selectingSettings.filter(isSet);
  if (selecting.length === 0) {
    const others = upstreamSettings.filter(isSet);
    if (ofProcess === null) {
      problems.push(
        `${either} must be set. For tests, startSandbox of campaign-interaction-gateway/sandbox gives an upstream.`,
      );
    } else if (others.length > 0) {
      problems.push(
        `${either} must be set: without them the upstream is the embedded sandbox, for which ${namesOf(others)} must not be set.`,
      );
    } else if (!isSandboxMeant && (ofProcess.isProduction || !isLoopback(values.HOST))) {
      // Invented data must not be served to anybody because the name of a setting was misspelt.
      problems.push(
        `${either} must be set, or ${nameOf('SANDBOX')}=1 for the invented data of the embedded sandbox: it starts by itself only on loopback and without NODE_ENV=production.`,
      );
    }
    return null;
  }
  if (isSandboxMeant) {
    problems.push(
      `${nameOf('SANDBOX')} cannot be set with ${namesOf(selecting)}: it asks for the embedded sandbox as upstream.`,
    );
  }
  const isOpen = ![...authenticating, 'AUTH_NONE' as const].some(isSet);
  if (credentials.mode !== 'passThrough' && isOpen) {
    const ways = `authenticate callers by ${nameOf('AUTH_JWKS_URL')} or ${nameOf('AUTH_API_KEY_HASHES')}`;
    if (ofProcess === null) {
      problems.push(
        `${namesOf(ownCredentials.filter(isSet))} cannot be set for anybody who reaches your app: ${ways}, or set ${nameOf('AUTH_NONE')} to i-know if your app lets only authenticated users through.`,
      );
    } else if (!isLoopback(values.HOST)) {
      problems.push(
        `${nameOf('HOST')} is ${JSON.stringify(values.HOST)}, where anybody could read with the gateway's own credential: ${ways}, bind it to loopback, or set ${nameOf('AUTH_NONE')}=i-know.`,
      );
    }
  }
  const apiUrl = values.GENESYSCLOUD_API_URL ?? `https://api.${values.GENESYSCLOUD_REGION}`;
  return { apiUrl, credentials };
}

function credentialsOf(
  values: SettingValues,
  { isSet, nameOf }: GivenSettings,
  problems: string[],
): Credentials {
  const hasClient = isSet('GENESYSCLOUD_OAUTHCLIENT_ID');
  if (hasClient !== isSet('GENESYSCLOUD_OAUTHCLIENT_SECRET')) {
    problems.push(
      `${nameOf('GENESYSCLOUD_OAUTHCLIENT_ID')} and ${nameOf('GENESYSCLOUD_OAUTHCLIENT_SECRET')} must be set together.`,
    );
  }
  if (isSet('GENESYSCLOUD_ACCESS_TOKEN')) {
    if (hasClient) {
      problems.push(
        `Either ${nameOf('GENESYSCLOUD_ACCESS_TOKEN')} or ${nameOf('GENESYSCLOUD_OAUTHCLIENT_ID')} can be set, not both.`,
      );
    }
    return { mode: 'accessToken', accessToken: values.GENESYSCLOUD_ACCESS_TOKEN ?? '' };
  }
  if (!hasClient) return { mode: 'passThrough' };
  if (isSet('GENESYSCLOUD_API_URL') && !isSet('GENESYSCLOUD_LOGIN_URL') && !isSet('GENESYSCLOUD_REGION')) {
    problems.push(
      `${nameOf('GENESYSCLOUD_LOGIN_URL')} must be set with ${nameOf('GENESYSCLOUD_API_URL')} to log in as an OAuth client.`,
    );
  }
  return {
    mode: 'client',
    tokenUrl: tokenUrlOf(values.GENESYSCLOUD_LOGIN_URL ?? `https://login.${values.GENESYSCLOUD_REGION}`),
    clientId: values.GENESYSCLOUD_OAUTHCLIENT_ID ?? '',
    clientSecret: values.GENESYSCLOUD_OAUTHCLIENT_SECRET ?? '',
    bearerFirst: false,
  };
}

/** Token endpoint of the login service; a URL that already names the endpoint stays as it is. */
export function tokenUrlOf(loginUrl: string): string {
  const base = loginUrl.replace(/\/+$/, '');
  return base.endsWith('/oauth/token') ? base : `${base}/oauth/token`;
}

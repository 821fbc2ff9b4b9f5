import type { Credentials } from '../identity/credentials.ts';
import { isLoopback } from '../lib/loopback.ts';
import {
  authenticating,
  type IsSet,
  ownCredentials,
  type SettingName,
  type SettingValues,
} from './settings.ts';

/** The organisation's API, and the credential for it. */
export interface UpstreamTarget {
  /** Base of the REST API, such as `https://api.mypurecloud.ie`. */
  readonly apiUrl: string;
  readonly credentials: Credentials;
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
  isSet: IsSet,
  { isProduction }: { readonly isProduction: boolean },
  problems: string[],
): UpstreamTarget | null {
  const credentials = credentialsOf(values, isSet, problems);
  const selecting = selectingSettings.filter(isSet);
  if (selecting.length === 0) {
    const others = upstreamSettings.filter(isSet);
    if (others.length > 0) {
      problems.push(
        `GENESYSCLOUD_REGION or GENESYSCLOUD_API_URL must be set: without them the embedded sandbox is the upstream, for which ${others.join(' and ')} cannot be meant.`,
      );
    } else if (!isSet('SANDBOX') && (isProduction || !isLoopback(values.HOST))) {
      // Invented data must not be served to anybody because the name of a setting was misspelt.
      problems.push(
        `GENESYSCLOUD_REGION or GENESYSCLOUD_API_URL must be set, or SANDBOX=1 for the invented data of the embedded sandbox: it starts by itself only on loopback and without NODE_ENV=production.`,
      );
    }
    return null;
  }
  if (isSet('SANDBOX')) {
    problems.push(
      `SANDBOX cannot be set with ${selecting.join(' and ')}: it asks for the embedded sandbox as upstream.`,
    );
  }
  const isOpen = ![...authenticating, 'AUTH_NONE' as const].some(isSet);
  if (credentials.mode !== 'passThrough' && !isLoopback(values.HOST) && isOpen) {
    problems.push(
      `HOST is ${JSON.stringify(values.HOST)}, where anybody could read with the gateway's own credential: authenticate callers by AUTH_JWKS_URL or AUTH_API_KEY_HASHES, bind it to loopback, or set AUTH_NONE=i-know.`,
    );
  }
  const apiUrl = values.GENESYSCLOUD_API_URL ?? `https://api.${values.GENESYSCLOUD_REGION}`;
  return { apiUrl, credentials };
}

function credentialsOf(values: SettingValues, isSet: IsSet, problems: string[]): Credentials {
  const hasClient = isSet('GENESYSCLOUD_OAUTHCLIENT_ID');
  if (hasClient !== isSet('GENESYSCLOUD_OAUTHCLIENT_SECRET')) {
    problems.push('GENESYSCLOUD_OAUTHCLIENT_ID and GENESYSCLOUD_OAUTHCLIENT_SECRET must be set together.');
  }
  if (isSet('GENESYSCLOUD_ACCESS_TOKEN')) {
    if (hasClient) {
      problems.push('Either GENESYSCLOUD_ACCESS_TOKEN or GENESYSCLOUD_OAUTHCLIENT_ID can be set, not both.');
    }
    return { mode: 'accessToken', accessToken: values.GENESYSCLOUD_ACCESS_TOKEN ?? '' };
  }
  if (!hasClient) return { mode: 'passThrough' };
  if (isSet('GENESYSCLOUD_API_URL') && !isSet('GENESYSCLOUD_LOGIN_URL') && !isSet('GENESYSCLOUD_REGION')) {
    problems.push(
      'GENESYSCLOUD_LOGIN_URL must be set with GENESYSCLOUD_API_URL to log in as an OAuth client.',
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

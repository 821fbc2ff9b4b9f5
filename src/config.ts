import * as v from 'valibot';
import { isLoopback, type SettingName, settings, type SettingValues } from './settings.ts';
import type { Credentials } from './upstream/credentials.ts';
import { regions } from './upstream/regions.ts';

export interface UpstreamConfig {
  /** Base of the REST API, such as `https://api.mypurecloud.ie`. */
  readonly apiUrl: string;
  readonly credentials: Credentials;
}

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Null for the embedded sandbox. */
  readonly upstream: UpstreamConfig | null;
  readonly requestTimeoutMs: number;
  readonly upstreamTimeoutMs: number;
  readonly upstreamBatchSize: number;
  readonly upstreamConcurrency: number;
  readonly drainSeconds: number;
}

/** Everything that is wrong with the environment, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/**
 * The configuration that an environment describes.
 *
 * @throws ConfigError with every problem at once.
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const values = readSettings(env, problems);
  const upstream = upstreamOf(values, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze({
    port: values.PORT,
    host: values.HOST,
    upstream,
    requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
    upstreamTimeoutMs: values.UPSTREAM_TIMEOUT_MS,
    upstreamBatchSize: values.UPSTREAM_BATCH_SIZE,
    upstreamConcurrency: values.UPSTREAM_CONCURRENCY,
    drainSeconds: values.DRAIN_SECONDS,
  });
}

function readSettings(env: Readonly<Record<string, string | undefined>>, problems: string[]): SettingValues {
  const values: Partial<Record<SettingName, string | number | null>> = {};
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the key type
  for (const name of Object.keys(settings) as SettingName[]) {
    const setting = settings[name];
    const text = env[name]?.trim() || setting.default;
    if (text === null) {
      values[name] = null;
      continue;
    }
    const parsed = v.safeParse(setting.schema, text);
    if (parsed.success) values[name] = parsed.output;
    else {
      const shown = 'secret' in setting ? 'the value given' : JSON.stringify(text);
      problems.push(`${name} ${parsed.issues[0].message}; it is ${shown}.`);
      values[name] = null;
    }
  }
  // What could not be read has left a problem, with which nobody uses the values.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each name was read by its own schema
  return values as SettingValues;
}

function upstreamOf(values: SettingValues, problems: string[]): UpstreamConfig | null {
  const domain =
    values.GENESYSCLOUD_REGION && (regions.get(values.GENESYSCLOUD_REGION) ?? values.GENESYSCLOUD_REGION);
  const apiUrl = values.GENESYSCLOUD_API_URL ?? (domain && `https://api.${domain}`);
  const loginUrl = values.GENESYSCLOUD_LOGIN_URL ?? (domain && `https://login.${domain}`);
  const credentials = credentialsOf(values, loginUrl, problems);
  if (apiUrl === null) {
    // One that was given and could not be read has been reported already.
    if (problems.length === 0 && (credentials.mode !== 'passThrough' || loginUrl !== null)) {
      problems.push(
        'GENESYSCLOUD_REGION or GENESYSCLOUD_API_URL must be set with the other GENESYSCLOUD_ settings: they are for no sandbox.',
      );
    }
    return null;
  }
  if (credentials.mode !== 'passThrough' && !isLoopback(values.HOST) && values.AUTH_NONE === null) {
    problems.push(
      `HOST is ${JSON.stringify(values.HOST)}, where anybody could read with the gateway's own credential: bind it to loopback, or set AUTH_NONE=i-know.`,
    );
  }
  return Object.freeze({ apiUrl, credentials: Object.freeze(credentials) });
}

function credentialsOf(values: SettingValues, loginUrl: string | null, problems: string[]): Credentials {
  const clientId = values.GENESYSCLOUD_OAUTHCLIENT_ID;
  const clientSecret = values.GENESYSCLOUD_OAUTHCLIENT_SECRET;
  const accessToken = values.GENESYSCLOUD_ACCESS_TOKEN;
  if ((clientId === null) !== (clientSecret === null)) {
    problems.push('GENESYSCLOUD_OAUTHCLIENT_ID and GENESYSCLOUD_OAUTHCLIENT_SECRET must be set together.');
  }
  if (accessToken !== null) {
    if (clientId !== null) {
      problems.push('Either GENESYSCLOUD_ACCESS_TOKEN or GENESYSCLOUD_OAUTHCLIENT_ID can be set, not both.');
    }
    return { mode: 'accessToken', accessToken };
  }
  if (clientId === null || clientSecret === null) return { mode: 'passThrough' };
  if (loginUrl === null) {
    problems.push(
      'GENESYSCLOUD_LOGIN_URL must be set with GENESYSCLOUD_API_URL to log in as an OAuth client.',
    );
  }
  return { mode: 'client', tokenUrl: tokenUrlOf(loginUrl ?? ''), clientId, clientSecret, bearerFirst: false };
}

/** The login service's token endpoint; a URL that names it already is taken as it is. */
export function tokenUrlOf(loginUrl: string): string {
  const base = loginUrl.replace(/\/+$/, '');
  return base.endsWith('/oauth/token') ? base : `${base}/oauth/token`;
}

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

type Environment = Readonly<Record<string, string | undefined>>;
type IsSet = (name: SettingName) => boolean;

/** Settings that say something about an upstream, but not which one it is. */
const upstreamSettings = [
  'GENESYSCLOUD_LOGIN_URL',
  'GENESYSCLOUD_OAUTHCLIENT_ID',
  'GENESYSCLOUD_OAUTHCLIENT_SECRET',
  'GENESYSCLOUD_ACCESS_TOKEN',
] as const satisfies SettingName[];

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
export function parseConfig(env: Environment): Config {
  const problems: string[] = [];
  const values = readSettings(env, problems);
  const upstream = upstreamOf(values, (name) => Boolean(env[name]?.trim()), problems);
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

function readSettings(env: Environment, problems: string[]): SettingValues {
  const values: Partial<Record<SettingName, string | number | null>> = {};
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the key type
  for (const name of Object.keys(settings) as SettingName[]) {
    const { schema, default: preset, ...setting } = settings[name];
    values[name] = preset === null ? null : v.parse(schema, preset);
    const text = env[name]?.trim();
    if (!text) continue;
    const parsed = v.safeParse(schema, text);
    if (parsed.success) values[name] = parsed.output;
    else {
      const shown = 'hidden' in setting ? 'the value given' : JSON.stringify(text);
      problems.push(`${name} ${parsed.issues[0].message}; it is ${shown}.`);
    }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each name was read by its own schema
  return values as SettingValues;
}

/** Looks at settings together. One that is there but could not be read counts as there: it has been reported by itself. */
function upstreamOf(values: SettingValues, isSet: IsSet, problems: string[]): UpstreamConfig | null {
  const credentials = credentialsOf(values, isSet, problems);
  if (!isSet('GENESYSCLOUD_REGION') && !isSet('GENESYSCLOUD_API_URL')) {
    const others = upstreamSettings.filter(isSet);
    if (others.length > 0) {
      problems.push(
        `GENESYSCLOUD_REGION or GENESYSCLOUD_API_URL must be set: without them the embedded sandbox is the upstream, for which ${others.join(' and ')} cannot be meant.`,
      );
    }
    return null;
  }
  if (credentials.mode !== 'passThrough' && !isLoopback(values.HOST) && values.AUTH_NONE === null) {
    problems.push(
      `HOST is ${JSON.stringify(values.HOST)}, where anybody could read with the gateway's own credential: bind it to loopback, or set AUTH_NONE=i-know.`,
    );
  }
  const apiUrl = values.GENESYSCLOUD_API_URL ?? `https://api.${domainOf(values)}`;
  return Object.freeze({ apiUrl, credentials: Object.freeze(credentials) });
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
    tokenUrl: tokenUrlOf(values.GENESYSCLOUD_LOGIN_URL ?? `https://login.${domainOf(values)}`),
    clientId: values.GENESYSCLOUD_OAUTHCLIENT_ID ?? '',
    clientSecret: values.GENESYSCLOUD_OAUTHCLIENT_SECRET ?? '',
    bearerFirst: false,
  };
}

function domainOf({ GENESYSCLOUD_REGION: region }: SettingValues): string {
  return regions.get(region ?? '') ?? region ?? '';
}

/** The login service's token endpoint; a URL that names it already is taken as it is. */
export function tokenUrlOf(loginUrl: string): string {
  const base = loginUrl.replace(/\/+$/, '');
  return base.endsWith('/oauth/token') ? base : `${base}/oauth/token`;
}

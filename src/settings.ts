import * as v from 'valibot';
import type { ApiKey } from './authentication/api-key.ts';
import { parseApiKeys } from './authentication/parse-api-keys.ts';
import { isScope } from './authentication/scopes.ts';
import { type LifetimeName, lifetimes } from './cache/lifetimes.ts';
import { isLoopback } from './loopback.ts';
import { regions } from './upstream/regions.ts';

/** A setting of the environment. An empty value counts as not set. */
interface Setting {
  readonly meaning: string;
  /** What it is when it is not set; null where not being set has a meaning of its own, which `meaning` says. */
  readonly default: string | null;
  readonly schema: v.GenericSchema<string, string | number | readonly string[] | readonly ApiKey[]>;
  /** Whether the value is not shown, not even in an error about itself: it is a secret, or may hold one. */
  readonly hidden?: true;
}

const text = v.string();
const port = wholeNumber(0, 65_535);
const url = v.pipe(
  v.string(),
  v.check(isUpstreamUrl, 'must be an https URL (http for loopback only) without credentials and query'),
);
const region = v.pipe(
  v.string(),
  v.check(isRegion, `must be a domain, or one of ${[...regions.keys()].join(', ')}`),
);
const jwksUrl = v.pipe(
  v.string(),
  v.check(isJwksUrl, 'must be an https URL (http for loopback only) without credentials'),
);
const apiKeys = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const { apiKeys: parsed, problems } = parseApiKeys(dataset.value);
    if (problems.length === 0) return parsed;
    addIssue({ message: problems.join(', and ') });
    return NEVER;
  }),
);
const hostNames = v.pipe(
  v.string(),
  v.transform(listed),
  v.check(
    areHostNames,
    'must be host names or addresses (IPv6 in brackets), without ports and apart by commas',
  ),
);
const acknowledgement = v.pipe(v.string(), v.literal('i-know', 'can only be i-know'));

/** Everything that is read from the environment. The README's table is held against this one. */
export const settings = {
  PORT: { meaning: 'port it listens on', default: '4000', schema: port },
  HOST: {
    meaning: 'address it listens on',
    default: '127.0.0.1',
    schema: v.pipe(text, v.regex(/^[\w.:-]+$/, 'must be a host name or an address')),
  },
  GENESYSCLOUD_REGION: {
    meaning:
      'region of the upstream: its name, such as `eu-west-1`, or its domain; not set: the embedded sandbox',
    default: null,
    schema: region,
  },
  GENESYSCLOUD_API_URL: {
    meaning: 'base of the REST API, instead of a region',
    default: null,
    schema: url,
    hidden: true,
  },
  GENESYSCLOUD_LOGIN_URL: {
    meaning: 'base of the login service, instead of a region',
    default: null,
    schema: url,
    hidden: true,
  },
  GENESYSCLOUD_OAUTHCLIENT_ID: {
    meaning:
      'OAuth client to log in as (client credentials); not set: each caller sends its own bearer token',
    default: null,
    schema: text,
  },
  GENESYSCLOUD_OAUTHCLIENT_SECRET: {
    meaning: 'secret of that client',
    default: null,
    schema: text,
    hidden: true,
  },
  GENESYSCLOUD_ACCESS_TOKEN: {
    meaning: 'access token to use for all callers, instead of logging in',
    default: null,
    schema: v.pipe(text, v.regex(/^[\w.~+/-]+=*$/, 'must be a bearer token')),
    hidden: true,
  },
  AUTH_JWKS_URL: {
    meaning: "where the keys are that callers' tokens (JWTs) are signed with, as a JSON Web Key Set",
    default: null,
    schema: jwksUrl,
    hidden: true,
  },
  AUTH_ISSUER: {
    meaning: 'issuer (`iss`) that such a token has to name',
    default: null,
    schema: text,
  },
  AUTH_AUDIENCE: {
    meaning: 'audience (`aud`) that it has to name',
    default: null,
    schema: text,
  },
  AUTH_API_KEY_HASHES: {
    meaning: 'SHA-256 of each API key in hex, apart by commas, each alone or with `=scope1+scope2`',
    default: null,
    schema: apiKeys,
    hidden: true,
  },
  AUTH_PII_SCOPE: {
    meaning: 'scope that callers need to see personal data; not set: every caller may',
    default: null,
    schema: v.pipe(text, v.check(isScope, 'must be one scope, without blanks and quotes')),
  },
  AUTH_NONE: {
    meaning:
      '`i-know`: with credentials of its own, listen beyond loopback although callers are not authenticated',
    default: null,
    schema: acknowledgement,
  },
  ALLOWED_HOSTS: {
    meaning:
      'names that requests may be for (`Host`) besides `localhost`, apart by commas; not set: on loopback none, elsewhere any',
    default: null,
    schema: hostNames,
  },
  REQUEST_TIMEOUT_MS: {
    meaning: 'longest time for one request',
    default: '10000',
    schema: wholeNumber(1, 600_000),
  },
  UPSTREAM_TIMEOUT_MS: {
    meaning: 'longest time for one upstream call',
    default: '5000',
    schema: wholeNumber(1, 600_000),
  },
  UPSTREAM_BATCH_SIZE: {
    meaning: 'most ids in one bulk call',
    default: '100',
    schema: wholeNumber(1, 500),
  },
  UPSTREAM_CONCURRENCY: {
    meaning: 'most upstream calls under way at once for one identity',
    default: '16',
    schema: wholeNumber(1, 1000),
  },
  MAX_UPSTREAM_CALLS: {
    meaning: 'upstream calls of one request beyond which nothing is tried again or split for it',
    default: '40',
    schema: wholeNumber(1, 10_000),
  },
  INTERACTIONS_WINDOW_MS: {
    meaning: 'how old a list of interactions may be that is shown without asking anew',
    default: '1000',
    schema: wholeNumber(0, 600_000),
  },
  INTERACTIONS_MAX_AGE_MS: {
    meaning: 'the same at most, when the quota is short',
    default: '5000',
    schema: wholeNumber(0, 600_000),
  },
  CACHE_MAX_BYTES: {
    meaning: 'about how much memory entities may take that are kept between requests; 0: none are kept',
    default: String(64 * 1024 * 1024),
    schema: wholeNumber(0, 64 * 1024 ** 3),
  },
  ...lifetimeSettings(),
  IDENTITY_PROOF_SECONDS: {
    meaning:
      'how long what was read for an identity is shared without the upstream having accepted its credential again',
    default: '60',
    schema: wholeNumber(0, 3600),
  },
  UPSTREAM_REPORT: {
    meaning:
      '`on` or `off`: whether requests may ask which upstream calls they cost (`x-upstream-report: 1`); not set: with the embedded sandbox only',
    default: null,
    schema: v.picklist(['on', 'off'], 'must be on or off'),
  },
  LOG_LEVEL: {
    meaning: 'least severe entries of the log: `debug`, `info`, `warn`, `error` or `silent`',
    default: 'info',
    schema: v.picklist(
      ['debug', 'info', 'warn', 'error', 'silent'],
      'must be debug, info, warn, error or silent',
    ),
  },
  DRAIN_SECONDS: {
    meaning: 'time that requests under way are given at SIGTERM',
    default: '20',
    schema: wholeNumber(0, 3600),
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;

/** The value of each setting, null where it is neither set nor has a default. */
export type SettingValues = {
  readonly [Name in SettingName]:
    | v.InferOutput<(typeof settings)[Name]['schema']>
    | ((typeof settings)[Name]['default'] extends string ? never : null);
};

/** One for each type: how long what was read of it may be used again. */
function lifetimeSettings() {
  const schema = wholeNumber(0, 86_400);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets the key type
  const names = Object.keys(lifetimes) as LifetimeName[];
  const entries = names.map((name) => {
    const meaning = `seconds that ${name.toLowerCase().replaceAll('_', ' ')} data may be used again; 0: asked for anew`;
    return [lifetimeSetting(name), { meaning, default: String(lifetimes[name]), schema }] as const;
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets the key type
  return Object.fromEntries(entries) as Record<LifetimeSetting, (typeof entries)[number][1]>;
}

type LifetimeSetting = `CACHE_TTL_${LifetimeName}_SECONDS`;

export function lifetimeSetting<Name extends LifetimeName>(name: Name) {
  return `CACHE_TTL_${name}_SECONDS` as const;
}

function wholeNumber(from: number, to: number) {
  const message = `must be a whole number from ${from} to ${to}`;
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,11}$/, message),
    v.transform(Number),
    v.minValue(from, message),
    v.maxValue(to, message),
  );
}

function isRegion(value: string): boolean {
  return regions.has(value) || /^(?=.{1,253}$)[a-z\d-]+(?:\.[a-z\d-]+)+$/i.test(value);
}

/** A credential goes there, so nothing but loopback may be spoken to in clear text. */
function isUpstreamUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  // Paths are appended to it, so that not even an empty query or fragment may end it.
  if (username + password !== '' || /[?#]/.test(value)) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** Keys come from there, so that whoever could change them on the way could be any caller. */
function isJwksUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  if (username + password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

function listed(value: string): readonly string[] {
  return (
    value
      .toLowerCase()
      .split(/[\s,]+/)
      // A name that ends in a dot is the same name, as in the Host header.
      .map((name) => name.replace(/\.$/, ''))
      .filter((name) => name !== '')
  );
}

function areHostNames(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => /^(?:[\w.-]+|\[[\da-f:.]+\])$/.test(name));
}

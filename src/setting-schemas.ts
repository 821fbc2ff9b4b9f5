import * as v from 'valibot';
import { parseApiKeys } from './authentication/parse-api-keys.ts';
import { isScope } from './authentication/scopes.ts';
import { isLoopback } from './loopback.ts';
import { parseCardinalities } from './planning/cardinalities.ts';
import { regions } from './upstream/regions.ts';

// What values of settings are read and checked by, with what is told of those that are refused.

export const text = v.string();
export const port = wholeNumber(0, 65_535);
export const host = v.pipe(text, v.regex(/^[\w.:-]+$/, 'must be a host name or an address'));
export const bearerToken = v.pipe(text, v.regex(/^[\w.~+/-]+=*$/, 'must be a bearer token'));
export const scope = v.pipe(text, v.check(isScope, 'must be one scope, without blanks and quotes'));
export const url = v.pipe(
  v.string(),
  v.check(isUpstreamUrl, 'must be an https URL (http for loopback only) without credentials and query'),
);
export const region = v.pipe(
  v.string(),
  v.check(isRegion, `must be a domain, or one of ${[...regions.keys()].join(', ')}`),
);
export const jwksUrl = v.pipe(
  v.string(),
  v.check(isJwksUrl, 'must be an https URL (http for loopback only) without credentials'),
);
export const apiKeys = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const { apiKeys: parsed, problems } = parseApiKeys(dataset.value);
    if (problems.length === 0) return parsed;
    addIssue({ message: problems.join(', and ') });
    return NEVER;
  }),
);
export const plannedCardinalities = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const { cardinalities, problems } = parseCardinalities(dataset.value);
    if (problems.length === 0) return cardinalities;
    addIssue({ message: problems.join(', and ') });
    return NEVER;
  }),
);
export const hostNames = v.pipe(
  v.string(),
  v.transform(listed),
  v.check(
    areHostNames,
    'must be host names or addresses (IPv6 in brackets), without ports and apart by commas',
  ),
);
export const acknowledgement = v.pipe(v.string(), v.literal('i-know', 'can only be i-know'));
export const otlpUrl = v.pipe(
  v.string(),
  v.check(isHttpUrl, 'must be an http or https URL without credentials and query'),
);
/** The names of OpenTelemetry. */
export const samplerNames = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export const ratio = v.pipe(
  v.string(),
  v.regex(/^(0|1|1\.0+|0?\.\d{1,10})$/, 'must be a number from 0 to 1'),
  v.transform(Number),
);
export const onOrOff = v.picklist(['on', 'off'], 'must be on or off');
export const origins = v.pipe(
  v.string(),
  v.transform(listed),
  v.check(
    areOrigins,
    'must be origins such as https://app.example.com, without a path, apart by commas; a star is none',
  ),
);

export function wholeNumber(from: number, to: number) {
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

/** Of this installation's own network as a rule, and nothing secret goes there. */
function isHttpUrl(value: string): boolean {
  if (!/^https?:/i.test(value) || !URL.canParse(value) || /[?#]/.test(value)) return false;
  const { username, password } = new URL(value);
  return username + password === '';
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

/** As a browser sends it, so that the two can be compared as texts. */
function areOrigins(values: readonly string[]): boolean {
  return (
    values.length > 0 &&
    values.every((value) => /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value)
  );
}

import * as v from '@badrap/valita';
import { parseApiKeys } from '../identity/api-keys.ts';
import { isScope } from '../identity/scopes.ts';
import { isLoopback } from '../lib/loopback.ts';
import { type Cardinalities, type DeclaredCardinalities, parseCardinalities } from './cardinalities.ts';
import type { Formed } from './forms.ts';
import { readRegion, regions, vendorDomainOf } from './regions.ts';

// Schemas that parse and check the values of settings, with the messages for invalid values.

export const text = v.string();

const SHORTEST_PEPPER = 32;
/** Nobody remembers a text of this length, so that it is likely to be random. */
export const pepper = text.assert(
  (value) => value.length >= SHORTEST_PEPPER,
  `must have at least ${SHORTEST_PEPPER} characters, all of them random`,
);
export const host = matching(/^[\w.:-]+$/, 'must be a host name or an address');
export const bearerToken = matching(/^[\w.~+/-]+=*$/, 'must be a bearer token');
export const scope = text.assert(isScope, 'must be one scope, without blanks and quotes');
const upstreamUrl = 'must be an https URL (http for loopback only) without credentials and query';
/** Base of the REST API, without the `/api/v2` that people copy along with it. */
export const apiUrl = text.chain((value) => {
  const base = value.replace(/(?:\/+api\/+v2)?\/*$/, '');
  const meant = meantUrl('api', base, ['/']);
  if (!isUpstreamUrl(base)) return v.err(withLikely(upstreamUrl, meant));
  return meant === null || meant === base
    ? // One spelling for all replicas: keys in Redis are derived from it.
      v.ok(new URL(base).href.replace(/\/+$/, ''))
    : v.err(withLikely('must be the base of the REST API', meant));
});
export const loginUrl = text.chain((value) => {
  const meant = meantUrl('login', value, ['/', '/oauth/token', '/oauth/token/']);
  if (!isUpstreamUrl(value)) return v.err(withLikely(upstreamUrl, meant));
  return meant === null ? v.ok(value) : v.err(withLikely('must be the base of the login service', meant));
});
/** Domain of the region. */
export const region = text.chain((value) => {
  const read = readRegion(value);
  if ('domain' in read) return v.ok(read.domain);
  const known = `must be a domain, or one of ${[...regions.keys()].join(', ')}`;
  const isUrl = /^https?:\/\//i.test(value);
  if (isUrl && read.likely.length === 0) return v.err(`${known}; a URL is for GENESYSCLOUD_API_URL`);
  return v.err(withLikely(known, read.likely.join(' or ') || null));
});
export const jwksUrl = text.assert(
  isJwksUrl,
  'must be an https URL (http for loopback only) without credentials',
);
export const apiKeys = text.chain((value) => {
  const { apiKeys: parsed, problems } = parseApiKeys(value);
  return problems.length === 0 ? v.ok(parsed) : v.err(problems.join(', and '));
});
export const hostNames = text
  .map(hostNameList)
  .assert(
    areHostNames,
    'must be host names or addresses (IPv6 in brackets), without ports and apart by commas',
  );
export const acknowledgement = oneOf(['i-know'], 'can only be i-know');
export const otlpUrl = text.assert(isHttpUrl, 'must be an http or https URL without credentials and query');
export const proxyUrl = text
  .map(withProxyScheme)
  .assert(
    isProxyUrl,
    'must be an http or https URL of a proxy, such as http://proxy.example:3128, without path and query, and with special characters of its credentials percent-encoded',
  );
export const proxyHost = text.assert(
  (value) => /^[\w.:-]+$/.test(value) && URL.canParse(`http://${value.includes(':') ? `[${value}]` : value}`),
  'must be a host name or an address, without scheme and port',
);
export const redisUrl = text.assert(
  isRedisUrl,
  'must be a URL such as redis://redis:6379 or rediss://user:password@redis:6380/0',
);
/** Names defined by OpenTelemetry. */
export const samplerNames = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export const origins = text
  .map(hostNameList)
  .assert(
    areOrigins,
    'must be origins such as https://app.example.com, without a path, apart by commas; a star is none',
  );

export function plannedCardinalities(declared: DeclaredCardinalities): Formed<Cardinalities> {
  const schema = text.chain((value) => {
    const { cardinalities, problems } = parseCardinalities(value, declared);
    return problems.length === 0 ? v.ok(cardinalities) : v.err(problems.join(', and '));
  });
  return { schema, form: { kind: 'counts', names: Object.keys(declared) } };
}

function oneOf<const Name extends string>(names: readonly Name[], message: string): v.Type<Name> {
  return text.chain((value) => {
    const known = names.find((name) => name === value);
    return known === undefined ? v.err(message) : v.ok(known);
  });
}

function matching(pattern: RegExp, message: string): v.Type<string> {
  return text.assert((value) => pattern.test(value), message);
}

/** Message with what is probably meant, if that is known. */
function withLikely(message: string, likely: string | null): string {
  return likely === null ? message : `${message}, probably ${likely}`;
}

/**
 * URL of a service of the vendor's that a text is meant to be, which names the region or another service of it; null for
 * the right URL, and for hosts that are not the vendor's or that are not known to be another service.
 */
function meantUrl(service: 'api' | 'login', value: string, paths: readonly string[]): string | null {
  const read = readRegion(value);
  const domain = 'domain' in read ? vendorDomainOf(read.domain) : null;
  if (domain === null) return null;
  const meant = `https://${service}.${domain}`;
  if (!URL.canParse(value)) return meant;
  const { origin, pathname, search, hash } = new URL(value);
  return origin === meant && paths.includes(pathname) && search + hash === '' ? null : meant;
}

/** Calls carry a credential, so plain http is allowed to loopback only. */
export function isUpstreamUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  // Paths are appended to the URL, so not even an empty query or fragment may end it.
  if (username + password !== '' || /[?#]/.test(value)) return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** Keys are read from this URL: an attacker who changed them on the way could pose as any caller. */
function isJwksUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname, username, password } = new URL(value);
  if (username + password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** Plain http is allowed: the host is usually in the installation's own network, and receives no secrets. */
function isHttpUrl(value: string): boolean {
  if (!/^https?:/i.test(value) || !URL.canParse(value) || /[?#]/.test(value)) return false;
  const { username, password } = new URL(value);
  return username + password === '';
}

/** A proxy without a scheme is one of http, as in other programs. */
function withProxyScheme(value: string): string {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
}

/** Plain http is allowed: the connection through the proxy is encrypted by itself. */
function isProxyUrl(value: string): boolean {
  if (!/^https?:/i.test(value) || !URL.canParse(value)) return false;
  const { pathname, search, hash, username, password } = new URL(value);
  return pathname + search + hash === '/' && isPercentEncoded(username) && isPercentEncoded(password);
}

function isPercentEncoded(value: string): boolean {
  try {
    return decodeURIComponent(value).length <= value.length;
  } catch {
    return false;
  }
}

/** Plain redis:// is allowed: cached data is encrypted before it is sent. The password is not. */
function isRedisUrl(value: string): boolean {
  if (!/^rediss?:/i.test(value) || !URL.canParse(value)) return false;
  const { hostname, pathname, search, hash } = new URL(value);
  return hostname !== '' && /^(?:\/\d{0,5})?$/.test(pathname) && search + hash === '';
}

function hostNameList(value: string): readonly string[] {
  return (
    value
      .toLowerCase()
      .split(/[\s,]+/)
      // A trailing dot does not change a name, as in the Host header.
      .map((name) => name.replace(/\.$/, ''))
      .filter((name) => name !== '')
  );
}

function areHostNames(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => /^(?:[\w.-]+|\[[\da-f:.]+\])$/.test(name));
}

/** Origins are spelled as browsers send them, so that the texts can be compared. */
function areOrigins(values: readonly string[]): boolean {
  return (
    values.length > 0 &&
    values.every((value) => /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value)
  );
}

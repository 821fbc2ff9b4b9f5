import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { NoProxy } from '../lib/no-proxy.ts';
import { proxyAddressOf, type WayTo } from '../lib/proxy-address.ts';
import type { GivenSettings } from './given.ts';
import type { SettingName, SettingValues } from './settings.ts';

/** The way out of the installation's network. */
export interface NetworkConfig {
  /** URL of the proxy to https addresses, with its credentials; null for a direct way. */
  readonly httpsProxy: string | null;
  /** The same to http addresses. */
  readonly httpProxy: string | null;
  /** The same to the API and the login, instead of the two above; null where those count. */
  readonly upstreamProxy: string | null;
  /** Hosts that are reached directly; empty when there are none. */
  readonly noProxy: string;
  /** Certificates (PEM) of authorities that are trusted besides those of Node. */
  readonly authorities: readonly string[];
}

/** Settings of the vendor's own tools (its Terraform provider, CLI and SDKs) for their proxy. */
export const vendorProxySettings = [
  'GENESYSCLOUD_PROXY_HOST',
  'GENESYSCLOUD_PROXY_PORT',
  'GENESYSCLOUD_PROXY_PROTOCOL',
  'GENESYSCLOUD_PROXY_AUTH_USERNAME',
  'GENESYSCLOUD_PROXY_AUTH_PASSWORD',
] as const satisfies SettingName[];

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** An invalid setting counts as not set: its own problem is already reported. */
export function networkOf(values: SettingValues, given: GivenSettings, problems: string[]): NetworkConfig {
  return {
    httpsProxy: values.HTTPS_PROXY,
    httpProxy: values.HTTP_PROXY,
    upstreamProxy: vendorProxyOf(values, given, problems),
    noProxy: values.NO_PROXY ?? '',
    authorities:
      values.CA_FILE === null ? [] : readAuthorities(given.nameOf('CA_FILE'), values.CA_FILE, problems),
  };
}

/**
 * Ways to the origins that the gateway calls. An https origin is never reached through the proxy for http.
 *
 * @param upstream Origins of the API and the login.
 * @param isEmbedded True for the embedded sandbox, which is reached directly.
 */
export function waysOut(
  { httpsProxy, httpProxy, upstreamProxy, noProxy }: NetworkConfig,
  upstream: readonly string[],
  isEmbedded: boolean,
): WayTo {
  const direct = new NoProxy(noProxy);
  return (origin) => {
    const url = new URL(origin);
    const isOfUpstream = upstream.includes(url.origin);
    if ((isOfUpstream && isEmbedded) || direct.names(url)) return null;
    const proxy =
      (isOfUpstream ? upstreamProxy : null) ?? (url.protocol === 'https:' ? httpsProxy : httpProxy);
    return proxy === null ? null : proxyAddressOf(proxy);
  };
}

function vendorProxyOf(
  values: SettingValues,
  { isSet, nameOf }: GivenSettings,
  problems: string[],
): string | null {
  if (!isSet('GENESYSCLOUD_PROXY_HOST')) {
    const others = vendorProxySettings.filter(isSet);
    if (others.length > 0) {
      problems.push(
        `${nameOf('GENESYSCLOUD_PROXY_HOST')} must be set with ${others.map(nameOf).join(' and ')}.`,
      );
    }
    return null;
  }
  const host = values.GENESYSCLOUD_PROXY_HOST;
  if (host === null) return null;
  const port = values.GENESYSCLOUD_PROXY_PORT === null ? '' : `:${values.GENESYSCLOUD_PROXY_PORT}`;
  const [user, password] = [
    values.GENESYSCLOUD_PROXY_AUTH_USERNAME ?? '',
    values.GENESYSCLOUD_PROXY_AUTH_PASSWORD ?? '',
  ].map(encodeURIComponent);
  const credentials = user === '' && password === '' ? '' : `${user}:${password}@`;
  return new URL(
    `${values.GENESYSCLOUD_PROXY_PROTOCOL}://${credentials}${host.includes(':') ? `[${host}]` : host}${port}`,
  ).href;
}

function readAuthorities(name: string, file: string, problems: string[]): readonly string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.push(`${name} names ${file}, which cannot be read: ${why}.`);
    return [];
  }
  const authorities = text.match(CERTIFICATE) ?? [];
  if (authorities.length === 0) {
    problems.push(`${name} names ${file}, which holds no certificate in PEM.`);
  }
  for (const [index, authority] of authorities.entries()) {
    if (isCertificate(authority)) continue;
    problems.push(`${name} names ${file}, whose certificate ${index + 1} cannot be read.`);
  }
  return authorities;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

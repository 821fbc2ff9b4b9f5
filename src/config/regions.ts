import { editDistance, nearestNames } from '../lib/edit-distance.ts';

/**
 * Domains of the vendor's regions, by name as in its tools. New regions appear, so any domain may be configured as well.
 * Source: region list of the vendor's developer centre, seen in November 2026.
 */
export const regions: ReadonlyMap<string, string> = new Map([
  ['us-east-1', 'mypurecloud.com'],
  ['us-east-2', 'use2.us-gov-pure.cloud'],
  ['us-west-2', 'usw2.pure.cloud'],
  ['ca-central-1', 'cac1.pure.cloud'],
  ['sa-east-1', 'sae1.pure.cloud'],
  ['mx-central-1', 'mxc1.pure.cloud'],
  ['eu-west-1', 'mypurecloud.ie'],
  ['eu-west-2', 'euw2.pure.cloud'],
  ['eu-central-1', 'mypurecloud.de'],
  ['eu-central-2', 'euc2.pure.cloud'],
  ['eusc-de-east-1', 'edee1.eusc-pure.cloud'],
  ['me-central-1', 'mec1.pure.cloud'],
  ['ap-south-1', 'aps1.pure.cloud'],
  ['ap-southeast-1', 'apse1.pure.cloud'],
  ['ap-southeast-2', 'mypurecloud.com.au'],
  ['ap-northeast-1', 'mypurecloud.jp'],
  ['ap-northeast-2', 'apne2.pure.cloud'],
  ['ap-northeast-3', 'apne3.pure.cloud'],
]);

/** Meaning of a text that was given as region: a domain, or else the regions or domains that are probably meant. */
export type RegionReading = { readonly domain: string } | { readonly likely: readonly string[] };

/** Domain of a region as the vendor forms them, also of one that is not known yet, at the end of a host name. */
const VENDOR_DOMAIN =
  /(?:^|\.)(mypurecloud\.[a-z]{2,3}(?:\.[a-z]{2})?|(?!(?:api|apps|login)\.)[a-z\d-]+\.(?:[a-z\d-]+-)?pure\.cloud)$/;
/** Hosts that each region has below its domain, whose addresses people copy. */
const HOST_OF_REGION = /^(?:api|apps|login|developer|www)\.(?=[^.]+\.)/;
/** Host name, alone or in a URL. */
const ADDRESS = /^(https?:\/\/)?([a-z\d-]+(?:\.[a-z\d-]+)+)\.?(?::443)?(\/.*|[?#].*)?$/i;
const MOST_EDITS = 2;

/**
 * Reads a region as people write it: a name in any case and with other separators, a domain, or the address of one of its
 * hosts, as in a browser. An unknown domain is one of a new region, unless it is a misspelt one. No other URL is a region.
 */
export function readRegion(text: string): RegionReading {
  const trimmed = text
    .trim()
    .replace(/[\s./]+$/, '')
    .toLowerCase();
  const name = trimmed.replaceAll(/[\s_.]+/g, '-');
  const ofName = regions.get(name);
  if (ofName !== undefined) return { domain: ofName };
  const [, scheme, host, rest] = ADDRESS.exec(trimmed) ?? [];
  if (host === undefined) return { likely: likelyNames(name) };
  const domain = host.replace(HOST_OF_REGION, '');
  const ofVendor = VENDOR_DOMAIN.exec(host)?.[1];
  const likely = nearestNames(domain, regions.values(), MOST_EDITS);
  if (ofVendor !== undefined && !isMisspelt(domain, likely)) {
    return ofVendor === domain ? { domain } : { likely: [ofVendor] };
  }
  const isOther = likely.length > 0 || /\bpure\.cloud$/.test(domain);
  return isOther || scheme !== undefined || rest !== undefined ? { likely } : { domain };
}

/** True for a domain with a letter too few or too many: one that has another letter may be another country's. */
function isMisspelt(domain: string, likely: readonly string[]): boolean {
  return (
    domain.startsWith('mypurecloud.') &&
    likely.some((each) => editDistance(each, domain, 1) === 1 && each.length !== domain.length)
  );
}

/** Domain of the vendor's that a host is in; null for hosts of others. */
export function vendorDomainOf(host: string): string | null {
  return VENDOR_DOMAIN.exec(host.toLowerCase().replace(/\.$/, ''))?.[1] ?? null;
}

/** Names of regions that a text without a dot is near to; `euw2` is the first part of a domain. */
function likelyNames(text: string): readonly string[] {
  const byLabel = [...regions].filter(
    ([, domain]) => domain.startsWith(`${text}.`) && text !== 'mypurecloud',
  );
  return byLabel.length > 0 ? byLabel.map(([name]) => name) : nearestNames(text, regions.keys(), MOST_EDITS);
}

import { nearestNames } from '../lib/edit-distance.ts';
import { fileVariable, isMisplaced } from './secret-files.ts';
import { secretSettings, settingNames } from './settings.ts';
import { gatewayVariables } from './vendor-gateway.ts';

/** Beginnings of names that other programs have no reason to use. */
const OWN_PREFIX = /^(?:GENESYSCLOUD_|CACHE_TTL_|UPSTREAM_|INTERACTIONS_|TRUSTED_DOCUMENTS)/;
/** Length from which a name is unlikely to be close to another program's by chance. */
const SHORTEST_NAME = 8;
const MOST_EDITS = 2;
/** Variables of other programs, some of which are close to a setting. */
const OF_OTHERS = /^(?:OTEL_.*|NPM_.*|(?:ALL|FTP|HTTPS?|NO|RSYNC|SOCKS5?|WSS?)_PROXY|GOPROXY)$/;
/** Variables of the vendor's Terraform provider. Source: its documentation, version 1.71. Its CLI and Archy read no others. */
const OF_VENDOR =
  /^GENESYSCLOUD_(?:PROXY_\w+|GATEWAY_\w+|SDK_\w+|TOKEN_(?:POOL_SIZE|ACQUIRE_TIMEOUT|INIT_TIMEOUT)|LOG_STACK_TRACES(?:_FILE_PATH)?)$/;
/** Other names for the same, as the vendor's examples have them; of no interest where the setting itself is set. */
const synonyms: ReadonlyMap<string, string> = new Map([['GENESYSCLOUD_ENVIRONMENT', 'GENESYSCLOUD_REGION']]);

const known: ReadonlySet<string> = new Set([
  ...settingNames,
  ...secretSettings.map((name) => fileVariable(name)),
  ...gatewayVariables,
]);
const longNames = [...known].filter((name) => name.length >= SHORTEST_NAME);

/** Problems of variables that are no settings although their names say so: by their beginning, or by a near setting. */
export function problemsOfUnknown(own: Readonly<Record<string, string>>): string[] {
  return Object.keys(own)
    .filter((name) => !known.has(name) && !isMisplaced(name))
    .flatMap((name) => {
      const likely = likelyNames(name.toUpperCase());
      const synonym = synonyms.get(name);
      if (likely === null || (synonym !== undefined && synonym in own)) return [];
      const meant = likely.length === 0 ? '' : `: ${likely.join(' or ')} is probably meant`;
      return [`${name} is not a setting${meant}.`];
    });
}

/** True for a variable of the vendor's tools that is none of our settings. */
export function isOfVendor(name: string): boolean {
  return OF_VENDOR.test(name);
}

/** Settings that an unknown variable in upper case may stand for; null when it is another program's. */
function likelyNames(name: string): readonly string[] | null {
  if (OF_OTHERS.test(name)) return null;
  const near = nearestNames(name, longNames, MOST_EDITS);
  if (near.length > 0) return near;
  if (!OWN_PREFIX.test(name) || isOfVendor(name)) return null;
  const synonym = synonyms.get(name);
  if (synonym !== undefined) return [synonym];
  // The end may be missing, or a word.
  const longer = longNames.filter((each) => each.startsWith(name));
  return longer.length > 0 ? longer : nearestNames(name, longNames, Math.floor(name.length / 3));
}

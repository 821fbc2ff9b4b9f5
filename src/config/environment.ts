import { problemsOfMisplacedFiles, readSecretFiles } from './secret-files.ts';
import { isServiceLink } from './service-links.ts';
import { type Environment, type IsSet, type SettingName, settingNames, settings } from './settings.ts';
import { isOfVendor, problemsOfUnknown } from './unknown-settings.ts';
import { isUpstreamUrl } from './values.ts';
import { type GatewayUrls, gatewayUrlsOf, isTakenOver } from './vendor-gateway.ts';

/** Texts of settings, wherever they were given. */
export interface GivenSettings {
  /** Text without the blanks around it; undefined for a setting that is not set, or that could not be read. */
  readonly textOf: (name: SettingName) => string | undefined;
  /** Variable that has the text. */
  readonly variableOf: (name: SettingName) => string;
  readonly isSet: IsSet;
}

/**
 * Settings of an environment: from variables, from files that variables name, and from variables of the vendor's tools.
 * Whatever cannot be read, or is no setting, is added to `problems`.
 */
export function givenSettings(env: Environment, problems: string[]): GivenSettings {
  const own = textsOf(env);
  const inLowerCase = textsInLowerCase(own);
  problems.push(...problemsOfMisplacedFiles(own), ...problemsOfUnknown(own));
  const ofFiles = readSecretFiles(own, problems);
  const ofGateway = readGateway(own, problems);
  const texts: Readonly<Record<string, string | null>> = { ...ofGateway, ...ofFiles, ...own, ...inLowerCase };
  return {
    textOf: (name) => texts[name] ?? undefined,
    variableOf: (name) => (name in inLowerCase ? name.toLowerCase() : name),
    isSet: (name) => texts[name] !== undefined,
  };
}

/** Names of the vendor's variables that an environment has and that are not used, for the log. Proxies are not among them. */
export function unusedVendorVariables(env: Environment): readonly string[] {
  const own = textsOf(env);
  const isUsed = gatewayOf(own) !== null;
  return Object.keys(own)
    .filter((name) => isOfVendor(name) && !name.startsWith('GENESYSCLOUD_PROXY_'))
    .filter((name) => !(isUsed && isTakenOver(name)));
}

/** Texts of variables in lower case, by the settings that are read in either case. */
function textsInLowerCase(own: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = settingNames.filter((name) => 'isAnyCase' in settings[name]);
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = own[name.toLowerCase()];
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

/** Texts that are set, without the blanks around it and without the addresses of services. */
function textsOf(env: Environment): Readonly<Record<string, string>> {
  const entries = Object.entries(env).map(([name, text]) => [name, text?.trim() ?? ''] as const);
  return Object.fromEntries(entries.filter(([name, text]) => text !== '' && !isServiceLink(name, text)));
}

/** URLs of a gateway, by the settings for which they stand; null in the place of wrong ones. */
function readGateway(own: Readonly<Record<string, string>>, problems: string[]) {
  const gateway = gatewayOf(own);
  if (gateway === null) return {};
  const isRight = isUpstreamUrl(gateway.apiUrl) && isUpstreamUrl(gateway.loginUrl);
  if (!isRight) {
    problems.push(
      'GENESYSCLOUD_GATEWAY_HOST must be a host name, and make an https URL (http for loopback only) with …_PROTOCOL, …_PORT and …_PATH_VALUE.',
    );
  }
  return {
    GENESYSCLOUD_API_URL: isRight ? gateway.apiUrl : null,
    GENESYSCLOUD_LOGIN_URL: isRight ? gateway.loginUrl : null,
  } satisfies Partial<Record<SettingName, string | null>>;
}

/** Gateway in front of the upstream; an API URL of our own settings goes before it. */
function gatewayOf(own: Readonly<Record<string, string>>): GatewayUrls | null {
  return 'GENESYSCLOUD_API_URL' in own || 'GENESYSCLOUD_API_URL_FILE' in own ? null : gatewayUrlsOf(own);
}

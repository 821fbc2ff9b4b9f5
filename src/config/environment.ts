import type { GivenSetting, GivenBySetting } from './given.ts';
import { fileVariable, problemsOfMisplacedFiles, readSecretFiles } from './secret-files.ts';
import { isServiceLink } from './service-links.ts';
import { type Environment, type SettingName, settingNames, settingOf } from './settings.ts';
import { isOfVendor, problemsOfUnknown } from './unknown-settings.ts';
import { isUpstreamUrl } from './values.ts';
import { type GatewayUrls, gatewayUrlsOf, isTakenOver } from './vendor-gateway.ts';

/**
 * Settings of an environment: from variables, from files that variables name, and from variables of the vendor's tools.
 * Whatever cannot be read, or is not a setting, is added to `problems`.
 */
export function givenByEnvironment(env: Environment, problems: string[]): GivenBySetting {
  const own = textsOf(env);
  problems.push(...problemsOfMisplacedFiles(own), ...problemsOfUnknown(own));
  const ofFiles = readSecretFiles(own, problems);
  const ofGateway = readGateway(own, problems);
  const given = new Map<SettingName, GivenSetting>();
  for (const name of settingNames) {
    const lower = name.toLowerCase();
    const variable = settingOf(name).isAnyCase === true && lower in own ? lower : name;
    const text = own[variable];
    const ofFile = ofFiles[name];
    const ofVendor = ofGateway[name];
    if (text !== undefined) given.set(name, givenBy(variable, text));
    else if (ofFile !== undefined) given.set(name, givenBy(fileVariable(name), ofFile, name));
    else if (ofVendor !== undefined) given.set(name, givenBy('GENESYSCLOUD_GATEWAY_HOST', ofVendor, name));
  }
  return given;
}

function givenBy(variable: string, text: string | null, name = variable): GivenSetting {
  return { text, name, origin: { kind: 'environment', variable } };
}

/** Names of the vendor's variables that an environment has and that are not used, for the log. Proxies are not among them. */
export function unusedVendorVariables(env: Environment): readonly string[] {
  const own = textsOf(env);
  const isUsed = gatewayOf(own) !== null;
  return Object.keys(own)
    .filter((name) => isOfVendor(name) && !name.startsWith('GENESYSCLOUD_PROXY_'))
    .filter((name) => !(isUsed && isTakenOver(name)));
}

/** Texts that are set, without the blanks around it and without the addresses of services. */
function textsOf(env: Environment): Readonly<Record<string, string>> {
  const entries = Object.entries(env).map(([name, text]) => [name, text?.trim() ?? ''] as const);
  return Object.fromEntries(entries.filter(([name, text]) => text !== '' && !isServiceLink(name, text)));
}

/** URLs of a gateway, by the settings for which they stand; null in the place of wrong ones. */
function readGateway(
  own: Readonly<Record<string, string>>,
  problems: string[],
): Readonly<Partial<Record<SettingName, string | null>>> {
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
  };
}

/** Gateway in front of the upstream; an API URL of our own settings goes before it. */
function gatewayOf(own: Readonly<Record<string, string>>): GatewayUrls | null {
  return 'GENESYSCLOUD_API_URL' in own || 'GENESYSCLOUD_API_URL_FILE' in own ? null : gatewayUrlsOf(own);
}

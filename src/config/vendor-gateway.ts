const PREFIX = 'GENESYSCLOUD_GATEWAY_';
/** Variables by which the vendor's tools are told of an API gateway in front of the upstream. */
export const gatewayVariables: readonly string[] = [
  `${PREFIX}HOST`,
  `${PREFIX}PORT`,
  `${PREFIX}PROTOCOL`,
  `${PREFIX}PATH_NAME`,
  `${PREFIX}PATH_VALUE`,
  `${PREFIX}AUTH_USERNAME`,
  `${PREFIX}AUTH_PASSWORD`,
];

/** True for a variable whose meaning is taken over; credentials for the gateway have no place beside those for the upstream. */
export function isTakenOver(name: string): boolean {
  return gatewayVariables.includes(name) && !name.startsWith(`${PREFIX}AUTH_`);
}

/** URLs of an API gateway: the base of the API, and that of logins. */
export interface GatewayUrls {
  readonly apiUrl: string;
  readonly loginUrl: string;
}

/**
 * URLs as the vendor's tools make them of these variables, not checked; null when no gateway is meant, or when its path is
 * for neither the API nor logins. The path is for one of both, and the other one has none.
 */
export function gatewayUrlsOf(own: Readonly<Record<string, string>>): GatewayUrls | null {
  const text = (name: string) => own[PREFIX + name] ?? '';
  const host = text('HOST');
  const pathName = text('PATH_NAME').toLowerCase();
  if (host === '' || !['', 'api', 'login'].includes(pathName)) return null;
  const port = text('PORT');
  const base = `${text('PROTOCOL') || 'https'}://${host}${port === '' ? '' : `:${port}`}`;
  const path = text('PATH_VALUE').replace(/^\/*(?=[^/])/, '/');
  return {
    apiUrl: pathName === 'api' ? base + path : base,
    loginUrl: pathName === 'login' ? base + path : base,
  };
}

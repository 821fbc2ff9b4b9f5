import type { Tokens } from './tokens.ts';

export interface LoginOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokens: Tokens;
}

/** The OAuth endpoint has its own error bodies, unlike the API's ErrorBody. */
export interface LoginAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, string | number>>;
}

/**
 * POST /oauth/token: HTTP Basic and `grant_type=client_credentials`, as a form.
 * An unknown client and a wrong secret get 400, not 401, and differ in their text. Throttling gets 400 too (`throttledLogin`): only the body tells them apart.
 */
export function login(authorization: string | undefined, form: string, options: LoginOptions): LoginAnswer {
  const encoded = /^Basic +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return refusal('invalid_request', 'client credentials are missing');
  const credentials = Buffer.from(encoded, 'base64').toString();
  if (!credentials.startsWith(`${options.clientId}:`)) return unknownClient();
  if (credentials !== `${options.clientId}:${options.clientSecret}`) return wrongSecret();
  const grantType = new URLSearchParams(form).get('grant_type');
  if (grantType === null) return refusal('invalid_request', 'grant_type is missing');
  if (grantType !== 'client_credentials')
    return refusal('unsupported_grant_type', 'grant_type is not supported');
  const { token, expiresInSeconds } = options.tokens.issue(options.clientId);
  return { status: 200, body: { access_token: token, token_type: 'bearer', expires_in: expiresInSeconds } };
}

export function unknownClient(): LoginAnswer {
  return refusal('invalid_client', 'client not found');
}

export function wrongSecret(): LoginAnswer {
  return refusal('invalid_client', 'authentication failed');
}

export function throttledLogin(): LoginAnswer {
  return refusal('invalid_request', 'rate limit exceeded, try again later');
}

function refusal(error: string, description: string): LoginAnswer {
  return { status: 400, body: { error, description, error_description: description } };
}

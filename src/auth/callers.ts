import { type Caller, callerKeyOf } from '../identity/caller.ts';
import { UpstreamError } from '../errors.ts';
import { bearerTokenOf } from '../identity/upstream-identity.ts';
import { scopesIn } from '../identity/scopes.ts';
import type { Credentials } from '../identity/credentials.ts';
import type { SignedTokens } from './signed-tokens.ts';
import { type ApiKey, findApiKey } from '../identity/api-keys.ts';

/** Claims of a verified token. Their types are unknown: issuers differ in names and forms. */
type Claims = Readonly<Record<string, unknown>>;

/** Caller of a request, or the error when it is unknown. `claims` are those of its token, if that was verified. */
export type CallerOf = (request: Request, claims: Claims | undefined) => Caller | UpstreamError;

/** Credentials that callers authenticate with. */
interface AcceptedCredentials {
  readonly apiKeys: readonly ApiKey[];
  /** Null when no tokens are accepted. */
  readonly tokens: SignedTokens | null;
}

export interface CallersOptions {
  /** Null when callers do not authenticate to the gateway. */
  readonly accepted: AcceptedCredentials | null;
  /** Credential of upstream calls, which identifies callers who do not authenticate to the gateway. */
  readonly credentials: Credentials;
  /** Scope that callers need to see personal data; null when every caller may. */
  readonly personalDataScope: string | null;
}

/** Makes the function that identifies callers. */
export function callersOf({ accepted, credentials, personalDataScope }: CallersOptions): CallerOf {
  if (accepted !== null) return authenticatedCallers(accepted, personalDataScope);
  if (credentials.mode === 'passThrough') return callersByUpstreamToken(upstreamTokenMissing);
  const anonymous = anonymousCaller(personalDataScope);
  return credentials.mode === 'client' && credentials.bearerFirst
    ? callersByUpstreamToken(anonymous)
    : () => anonymous;
}

/** Callers identified by the upstream token that they send; `otherwise` without one. */
function callersByUpstreamToken(otherwise: Caller | UpstreamError): CallerOf {
  return (request) => {
    const token = bearerTokenOf(request.headers.get('authorization'));
    // The upstream decides what its own token may see.
    return token === null
      ? otherwise
      : { key: callerKeyOf('upstream token', token), maySeePersonalData: true };
  };
}

/** Caller of every request when callers are not authenticated. */
function anonymousCaller(personalDataScope: string | null): Caller {
  return { key: callerKeyOf('anonymous'), maySeePersonalData: personalDataScope === null };
}

/**
 * Callers identified by API key or token. An `x-api-key` header alone decides where API keys are accepted: two credentials
 * of one request are never mixed.
 */
function authenticatedCallers(
  { apiKeys, tokens }: AcceptedCredentials,
  personalDataScope: string | null,
): CallerOf {
  const missing = credentialMissing(apiKeys.length > 0, tokens !== null);
  const maySee = (scopes: ReadonlySet<string>) => personalDataScope === null || scopes.has(personalDataScope);

  function callerOfKey(key: string): Caller | null {
    const apiKey = findApiKey(apiKeys, key);
    return (
      apiKey && {
        key: callerKeyOf('API key', apiKey.hash),
        maySeePersonalData: maySee(new Set(apiKey.scopes)),
      }
    );
  }

  function callerOfClaims(claims: Claims): Caller | null {
    const name = subjectNameIn(claims);
    // A token that never expires could not be revoked. JSON can say 1e400, which is no date.
    return name === null || !Number.isFinite(claims['exp'])
      ? null
      : { key: callerKeyOf('JWT', ...name), maySeePersonalData: maySee(scopesIn(claims)) };
  }

  return (request, claims) => {
    const apiKey = apiKeys.length > 0 ? request.headers.get('x-api-key') : null;
    if (apiKey !== null) return callerOfKey(apiKey) ?? credentialRefused('no such API key');
    const authorization = request.headers.get('authorization');
    if (authorization === null) return missing;
    if (claims !== undefined) {
      return callerOfClaims(claims) ?? credentialRefused('token without an expiry time or a subject');
    }
    const bearer = bearerTokenOf(authorization);
    if (bearer === null) return credentialRefused('no bearer');
    return (
      callerOfKey(bearer) ??
      tokens?.failureOf(request) ??
      credentialRefused(tokens === null ? 'no such API key' : tokens.faultOf(bearer))
    );
  };
}

/** Issuer, kind and name of the subject of a token, or else of the client it was issued to; null for neither. */
function subjectNameIn({ iss, sub, client_id: clientId, azp }: Claims): string[] | null {
  if (typeof iss !== 'string') return null;
  if (isName(sub)) return [iss, 'subject', sub];
  if (isName(clientId)) return [iss, 'client', clientId];
  return isName(azp) ? [iss, 'client', azp] : null;
}

function isName(claim: unknown): claim is string {
  return typeof claim === 'string' && claim !== '';
}

/** `detail` goes to the log only. */
function credentialRefused(detail: string): UpstreamError {
  return new UpstreamError(
    { code: 'UNAUTHENTICATED', message: 'the gateway does not accept the credential of the request' },
    { detail },
  );
}

/** Error for a request that brings no token of the upstream where one is needed. */
export const upstreamTokenMissing = new UpstreamError({
  code: 'UNAUTHENTICATED',
  message: 'send an Authorization header with a bearer token of the upstream',
});

function credentialMissing(takesKeys: boolean, takesTokens: boolean): UpstreamError {
  const bearer = takesTokens ? (takesKeys ? 'a token or an API key' : 'a token') : 'an API key';
  const message = `send an Authorization header with ${bearer} for the gateway as the bearer`;
  return new UpstreamError({
    code: 'UNAUTHENTICATED',
    message: takesKeys ? `${message}, or an x-api-key header` : message,
  });
}

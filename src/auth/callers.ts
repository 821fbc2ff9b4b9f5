import { type Caller, callerKeyOf } from '../identity/caller.ts';
import { UpstreamError } from '../errors.ts';
import { bearerTokenOf } from '../identity/upstream-identity.ts';
import { scopesIn } from '../identity/scopes.ts';
import type { SignedTokens } from './signed-tokens.ts';
import { type ApiKey, findApiKey } from '../identity/api-keys.ts';

/** The claims of a token that has been verified; as it came, for issuers differ in what they say and how. */
type Claims = Readonly<Record<string, unknown>>;

/** Who sent a request, or why that is not known. `claims` are those of its token, if that could be verified. */
export type CallerOf = (request: Request, claims: Claims | undefined) => Caller | UpstreamError;

/** What callers authenticate with. */
export interface AcceptedCredentials {
  readonly apiKeys: readonly ApiKey[];
  /** Null where no tokens are accepted. */
  readonly tokens: SignedTokens | null;
}

/** Callers are told apart by the credential of the upstream's that they send; without one they are `otherwise`. */
export function callersByUpstreamToken(otherwise: Caller | UpstreamError): CallerOf {
  return (request) => {
    const token = bearerTokenOf(request.headers.get('authorization'));
    // What the upstream shows to its own token is the upstream's to decide.
    return token === null
      ? otherwise
      : { key: callerKeyOf('upstream token', token), maySeePersonalData: true };
  };
}

/** Whoever asks where callers are not authenticated. */
export function anonymousCaller(personalDataScope: string | null): Caller {
  return { key: callerKeyOf('anonymous'), maySeePersonalData: personalDataScope === null };
}

/**
 * Callers are who their API key or token says. An `x-api-key` header alone decides where API keys are accepted: two
 * credentials of one request are never mixed.
 */
export function authenticatedCallers(
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
    const name = nameIn(claims);
    // A token that never expires could not be taken back.
    return name === null || typeof claims['exp'] !== 'number'
      ? null
      : { key: callerKeyOf('JWT', ...name), maySeePersonalData: maySee(scopesIn(claims)) };
  }

  return (request, claims) => {
    const apiKey = apiKeys.length > 0 ? request.headers.get('x-api-key') : null;
    if (apiKey !== null) return callerOfKey(apiKey) ?? credentialRefused('no such API key');
    const authorization = request.headers.get('authorization');
    if (authorization === null) return missing;
    if (claims !== undefined) {
      return callerOfClaims(claims) ?? credentialRefused('token without an end, or of nobody');
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

/** Issuer, kind and name of whom a token is about: a user, or else the program that it was given to. */
function nameIn({ iss, sub, client_id: clientId, azp }: Claims): string[] | null {
  if (typeof iss !== 'string') return null;
  if (isName(sub)) return [iss, 'subject', sub];
  if (isName(clientId)) return [iss, 'client', clientId];
  return isName(azp) ? [iss, 'client', azp] : null;
}

function isName(claim: unknown): claim is string {
  return typeof claim === 'string' && claim !== '';
}

/** `detail` is for the log alone. */
function credentialRefused(detail: string): UpstreamError {
  return new UpstreamError(
    { code: 'UNAUTHENTICATED', message: 'the credential that was sent is not one that the gateway accepts' },
    { detail },
  );
}

function credentialMissing(takesKeys: boolean, takesTokens: boolean): UpstreamError {
  const bearer = takesTokens ? (takesKeys ? 'a token or an API key' : 'a token') : 'an API key';
  const message = `send an Authorization header with ${bearer} for the gateway as the bearer`;
  return new UpstreamError({
    code: 'UNAUTHENTICATED',
    message: takesKeys ? `${message}, or an x-api-key header` : message,
  });
}

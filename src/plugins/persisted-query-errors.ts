import { acceptedTypes } from '../http/media-types.ts';
import { ClientError } from '../operations/client-error.ts';

/**
 * Error upon which clients with automatic persisted queries send no more hashes. Apollo Client, Apollo Kotlin and urql compare
 * the message with what Apollo Server says.
 */
export function persistedQueriesUnsupported(request: Request): ClientError {
  asJson(request);
  return documentRefusal('PersistedQueryNotSupported', 'PERSISTED_QUERY_NOT_SUPPORTED', true);
}

/** Error upon which the same clients send the query with its hash. */
export function persistedQueryNotFound(request: Request): ClientError {
  asJson(request);
  return documentRefusal('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND', true);
}

/**
 * Has a request answered in application/json, where the error is a 200, if the client accepts that at all: Apollo iOS reads no
 * other status, and application/graphql-response+json allows no 200 for it.
 */
function asJson({ headers }: Request): void {
  const sent = headers.get('accept');
  if (sent !== null && acceptedTypes(sent).includes(JSON_TYPE)) headers.set('accept', JSON_TYPE);
}

const JSON_TYPE = 'application/json';

/**
 * Error of a request that asks by an id.
 *
 * @param isWellFormed True for a well-formed request of GraphQL over HTTP: in application/json its answer is a 200, the only
 *   status with which all clients read errors of that media type. @default false
 */
export function documentRefusal(message: string, code: string, isWellFormed = false): ClientError {
  return new ClientError(message, {
    extensions: { code, http: { status: 400, ...(isWellFormed && { spec: true }) } },
  });
}

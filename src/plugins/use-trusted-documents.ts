import {
  defaultExtractPersistedOperationId as apolloIdIn,
  usePersistedOperations,
} from '@graphql-yoga/plugin-persisted-operations';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import type { TrustedDocumentsConfig } from '../config/slices.ts';
import type { TrustedDocuments } from '../operations/trusted-documents.ts';
import type { ClientError } from '../operations/client-error.ts';
import { onOperation } from './on-operation.ts';
import {
  documentRefusal,
  persistedQueriesUnsupported,
  persistedQueryNotFound,
} from './persisted-query-errors.ts';

/**
 * Accepts ids of a manifest instead of queries. An id is sent as `documentId` (GraphQL over HTTP) or as
 * `extensions.persistedQuery.sha256Hash` (Apollo's clients). A query beside an id takes precedence: `prefer` executes it,
 * `only` refuses it, even if the manifest has it.
 */
export function useTrustedDocuments(
  documents: TrustedDocuments,
  { mode }: Pick<TrustedDocumentsConfig, 'mode'>,
): Plugin {
  const plugin = usePersistedOperations({
    allowArbitraryOperations: mode === 'prefer',
    extractPersistedOperationId: documentIdIn,
    getPersistedOperation: (id) => documents.textOf(id),
    customErrors: {
      notFound: ({ params, request }) =>
        mode === 'prefer' && ownIdIn(params, request) === null
          ? persistedQueryNotFound(request)
          : idRefusal(mode),
      persistedQueryOnly({ params, request }) {
        const id = documentIdIn(params, request);
        return id === null || documents.textOf(id) !== null ? queryRefusal() : idRefusal(mode);
      },
      keyNotFound: ({ params, request }) => (mode === 'prefer' ? missingQuery(params, request) : missingId()),
    },
  });
  if (mode === 'prefer') return plugin;
  return {
    ...plugin,
    // The parameters above are those of Yoga's requests; other transports have the operation executed without them.
    ...onOperation({
      before: ({ document: { loc } }) =>
        loc !== undefined && documents.has(loc.source.body) ? null : { errors: [queryRefusal()] },
    }),
  };
}

function queryRefusal(): ClientError {
  return documentRefusal(
    'Only trusted documents are answered: send the id of one as "documentId", and no "query".',
    'PERSISTED_QUERY_ID_REQUIRED',
    true,
  );
}

function idRefusal(mode: TrustedDocumentsConfig['mode']): ClientError {
  const message =
    mode === 'prefer'
      ? 'No trusted document has this id.'
      : 'No trusted document has this id, and only trusted documents are answered.';
  return documentRefusal(message, 'PERSISTED_QUERY_NOT_FOUND', true);
}

function missingId(): ClientError {
  return documentRefusal(
    'The id of a trusted document is missing: send "documentId".',
    'PERSISTED_QUERY_ID_REQUIRED',
  );
}

/** A `persistedQuery` that holds no id is one of another version, without which clients ask by the query. */
function missingQuery({ extensions }: GraphQLParams, request: Request): ClientError {
  if (extensions?.['persistedQuery'] != null) return persistedQueriesUnsupported(request);
  return documentRefusal(
    'Parameter "query" is missing, and so is "documentId", the id of a trusted document.',
    'BAD_REQUEST',
  );
}

function documentIdIn(params: GraphQLParams, request: Request): string | null {
  return ownIdIn(params, request) ?? apolloIdIn(params, request, {});
}

function ownIdIn(params: GraphQLParams, request: Request): string | null {
  const documentId: unknown = 'documentId' in params ? params.documentId : ofUrl(request);
  return typeof documentId === 'string' ? documentId : null;
}

/** Yoga reads no `documentId` from a URL's parameters. */
function ofUrl({ method, url }: Request): string | null {
  return method === 'GET' ? new URL(url, 'http://localhost').searchParams.get('documentId') : null;
}

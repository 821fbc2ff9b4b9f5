import type { Plugin } from 'graphql-yoga';
import { persistedQueriesUnsupported } from './persisted-query-errors.ts';

/**
 * Answers a request that sends the hash of its query alone, as clients with automatic persisted queries do, with the error
 * upon which they send the query instead, and no further hashes. A hash beside a query is ignored.
 */
export function useNoTrustedDocuments(): Plugin {
  return {
    onParams({ params: { query, extensions }, request }) {
      if (!query && extensions?.['persistedQuery'] != null) throw persistedQueriesUnsupported(request);
    },
  };
}

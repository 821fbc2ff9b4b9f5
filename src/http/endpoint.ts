/** Path of GraphQL, and of GraphiQL for browsers, unless an embedder chooses another. */
export const ENDPOINT = '/graphql';

/**
 * True for URLs that Yoga answers: those of the path of GraphQL, with a slash at its end or none. Without parameters they may be
 * behind a path that a proxy has left in front; with parameters Yoga has a blank 404 for those.
 */
export function isEndpoint(
  endpoint: string,
  { pathname, search }: Pick<URL, 'pathname' | 'search'>,
): boolean {
  const path = pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  return path === endpoint || (search === '' && path.endsWith(endpoint));
}

/** Last part of the path, for addresses that are relative to it. */
export function lastPartOf(endpoint: string): string {
  return endpoint.slice(endpoint.lastIndexOf('/') + 1);
}

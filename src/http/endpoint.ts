/** Path of GraphQL, and of GraphiQL for browsers. */
export const ENDPOINT = '/graphql';

/**
 * True for URLs that Yoga answers: those of the path of GraphQL, with a slash at its end or none. Without parameters they may be
 * behind a path that a proxy has left in front; with parameters Yoga has a blank 404 for those.
 */
export function isEndpoint({ pathname, search }: Pick<URL, 'pathname' | 'search'>): boolean {
  const path = pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
  return path === ENDPOINT || (search === '' && path.endsWith(ENDPOINT));
}

/** Path of GraphQL, and of GraphiQL for browsers. */
export const ENDPOINT = '/graphql';

/** True for the path of GraphQL, also behind a path of a proxy, and with a slash at its end. */
export function isEndpoint(pathname: string): boolean {
  return pathname.endsWith(ENDPOINT) || pathname.endsWith(`${ENDPOINT}/`);
}

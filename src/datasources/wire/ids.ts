/** What `isId` accepts, in words for whoever gave something else. */
export const ID_RULE = '1 to 128 characters of A-Z a-z 0-9 _ - with . and : inside';

// First and last character apart, so that no id is a path segment of its own ("..").
const ID = /^[\w-](?:[\w.:-]{0,126}[\w-])?$/;

/** Whether this may stand as an id in a call to the upstream. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

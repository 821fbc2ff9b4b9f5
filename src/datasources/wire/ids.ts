/** What `isId` accepts, in words for whoever gave something else. */
export const ID_RULE = '1 to 128 characters of A-Z a-z 0-9 _ - with . and : inside';

/** By code: what may stand inside of an id; and 2 for what may also be its first or last character, so that no id is a path segment of its own (".."). */
const KINDS = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-') {
  KINDS[character.charCodeAt(0)] = 2;
}
for (const character of '.:') KINDS[character.charCodeAt(0)] = 1;

/** Whether this may stand as an id in a call to the upstream. A screen has a thousand of them; a regular expression takes twice as long. */
export function isId(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const { length } = value;
  if (length === 0 || length > 128) return false;
  for (let at = 0; at < length; at += 1) if (kindAt(value, at) === 0) return false;
  return kindAt(value, 0) === 2 && kindAt(value, length - 1) === 2;
}

function kindAt(text: string, at: number): number {
  return KINDS[text.charCodeAt(at)] ?? 0;
}

/** Rule of `isId` in words, for error messages. */
export const ID_RULE = '1 to 128 characters of A-Z a-z 0-9 _ - with . and : inside';

/** Kind by character code: 0 not allowed, 1 inside an id, 2 also at its ends, so that the path segment `..` is no id. */
const KINDS = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-') {
  KINDS[character.charCodeAt(0)] = 2;
}
for (const character of '.:') KINDS[character.charCodeAt(0)] = 1;

/** True when an upstream call may carry this id. A screen has a thousand ids; a regular expression takes twice as long. */
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

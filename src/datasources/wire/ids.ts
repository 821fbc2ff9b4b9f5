/** Rule of `isId` in words, for error messages. */
const ID_RULE = '1 to 128 characters of A-Z a-z 0-9 _ - with . and : inside';

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

const LONGEST_CONTACT_ID = 512;
const CONTROL_CHARACTER = /\p{Cc}/u;

/**
 * True when a call may carry this id of a contact: the customer's own text, such as a number or an address. Half a surrogate
 * pair is no character: it could not be told from another one in UTF-8.
 */
export function isContactId(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    // A character has one or two code units.
    value.length <= 2 * LONGEST_CONTACT_ID &&
    (value.length <= LONGEST_CONTACT_ID || Array.from(value).length <= LONGEST_CONTACT_ID) &&
    !CONTROL_CHARACTER.test(value) &&
    value.isWellFormed()
  );
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Form in which ids are compared: that of a UUID in lower case, since the vendor writes them in either. */
export function comparableId(id: string): string {
  return id.length === 36 && UUID.test(id) ? id.toLowerCase() : id;
}

/** Ids that calls for a type may carry. */
export interface IdForm {
  readonly is: (value: unknown) => value is string;
  /** The same in words, for error messages. */
  readonly rule: string;
  /** Form in which they are compared. */
  readonly comparable: (id: string) => string;
}

export const usualId: IdForm = { is: isId, rule: ID_RULE, comparable: comparableId };
export const contactId: IdForm = {
  is: isContactId,
  rule: '1 to 512 characters, none of them a control character',
  comparable: (id) => id,
};

import { MIMEType } from 'node:util';

/** Value of a Content-Type header, in lower case. */
export interface ContentType {
  /** Type and subtype, such as `application/json`. */
  readonly mediaType: string;
  /** Null when the header names none. */
  readonly charset: string | null;
}

/** Content-Type headers of most clients, which need no parsing, and which Yoga reads rightly. */
export const PLAIN_JSON_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/json; charset=utf-8',
  'application/json;charset=utf-8',
]);

/** Charsets whose texts are UTF-8. */
const UTF_8: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii']);

/** Media types of one result; the first is preferred. */
const SINGLE = ['application/json', 'application/graphql-response+json'];
const EVENT_STREAM = 'text/event-stream';
const MULTIPART = 'multipart/mixed';
const PAGE = 'text/html';
const NAMES_PAGE = /text\/html/i;

/** Media types that Yoga can answer with. */
export const MEDIA_TYPES: readonly string[] = [...SINGLE, EVENT_STREAM, MULTIPART];

/** Elements of a list in a header. A comma within quotes separates none (RFC 9110, 5.6.1 and 5.6.4). */
const LIST_ELEMENTS = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;

/** Maximum media ranges of an Accept header that are read. Each costs time, and a header of 16 kB can have 8,000 of them. */
export const MAX_MEDIA_RANGES = 64;

const BLANKS = /[ \t]+/g;

/** Reads a Content-Type header (RFC 9110, 8.3.1). Of several in one header the first counts. Null for one that is none. */
export function contentTypeIn(header: string): ContentType | null {
  const [first = ''] = header.match(LIST_ELEMENTS) ?? [];
  const parsed = parse(first);
  return parsed && { mediaType: parsed.essence, charset: charsetOf(parsed) };
}

/** True for the charset of JSON, also where it is not named. */
export function isUtf8(charset: string | null): boolean {
  return charset === null || UTF_8.has(charset);
}

/**
 * Media types that an Accept header lets the gateway answer with, by weight and precedence (RFC 9110, 12.5.1), for Yoga to
 * choose from. Yoga knows no weights, takes the first type of one result before any type of a stream, and `multipart/mixed`
 * before `text/event-stream`: types that its choice would prefer against the header are left out. Of equal weights the order in
 * the header decides. Empty when the header allows nothing.
 */
export function acceptedTypes(header: string): readonly string[] {
  const ranges = header.trim() === '' ? [anything] : rangesIn(header);
  const rated = MEDIA_TYPES.map((type) => ({ type, ...ratingOf(type, ranges) })).filter(
    ({ quality }) => quality > 0,
  );
  const single = rated
    .filter(({ type }) => SINGLE.includes(type))
    .toSorted((one, other) => other.quality - one.quality || one.place - other.place);
  const streams = rated.filter(({ type }) => !SINGLE.includes(type));
  const [events = 0, parts = 0] = [EVENT_STREAM, MULTIPART].map(
    (wanted) => streams.find(({ type }) => type === wanted)?.quality,
  );
  const isStreamWanted = Math.max(events, parts) > (single[0]?.quality ?? 0);
  return [
    ...(isStreamWanted ? [] : single),
    ...streams.filter(({ type }) => type === EVENT_STREAM || parts >= events),
  ].map(({ type }) => type);
}

/**
 * True for an Accept header that weighs a page, `text/html`, more than an answer (RFC 9110, 12.5.1), as those of browsers do that
 * open an address. Of equal weights the order in the header decides. Yoga looks for the name alone, also where it is refused.
 */
export function isPageWanted(header: string | null): boolean {
  if (header === null || !NAMES_PAGE.test(header)) return false;
  const ranges = rangesIn(header);
  const page = ratingOf(PAGE, ranges);
  return SINGLE.map((type) => ratingOf(type, ranges)).every(
    ({ quality, place }) =>
      page.quality > quality || (page.quality > 0 && page.quality === quality && page.place < place),
  );
}

interface MediaRange {
  readonly mediaRange: string;
  readonly quality: number;
  readonly place: number;
}

const anything: MediaRange = { mediaRange: '*/*', quality: 1, place: 0 };

function rangesIn(header: string): readonly MediaRange[] {
  const elements = header.match(LIST_ELEMENTS) ?? [];
  return elements.slice(0, MAX_MEDIA_RANGES).flatMap((element, place) => {
    const parsed = parse(element);
    // Answers are UTF-8.
    if (parsed === null || !isUtf8(charsetOf(parsed))) return [];
    const weight = parsed.params.get('q');
    const quality = weight === null ? 1 : Math.min(Math.max(Number(weight) || 0, 0), 1);
    return [{ mediaRange: parsed.essence, quality, place }];
  });
}

/** Weight by the most specific range that covers a type, and that range's place in the header. */
function ratingOf(
  type: string,
  ranges: readonly MediaRange[],
): { readonly quality: number; readonly place: number } {
  for (const covering of [type, `${type.split('/', 1)[0]}/*`, '*/*']) {
    const [best] = ranges
      .filter(({ mediaRange }) => mediaRange === covering)
      .toSorted((one, other) => other.quality - one.quality);
    if (best !== undefined) return best;
  }
  return { quality: 0, place: 0 };
}

/** `MIMEType` takes type, subtype and names of parameters regardless of case, and values without their quotes. */
function parse(text: string): MIMEType | null {
  try {
    // For a long run of blanks `MIMEType` takes time by the square of its length.
    return new MIMEType(text.replaceAll(BLANKS, ' '));
  } catch {
    return null;
  }
}

function charsetOf({ params }: MIMEType): string | null {
  return params.get('charset')?.trim().toLowerCase() ?? null;
}

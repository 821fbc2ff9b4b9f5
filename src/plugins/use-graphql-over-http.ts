import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { acceptedTypes, contentTypeIn, isUtf8, MEDIA_TYPES, PLAIN_JSON_TYPES } from '../http/media-types.ts';
import { shortenedMessage } from '../lib/shortened-message.ts';
import { ClientError, MAX_MESSAGE } from '../operations/client-error.ts';
import { unsupportedMedia } from './unsupported-media.ts';

type OnRequestParse = NonNullable<Plugin['onRequestParse']>;
type RequestParser = NonNullable<Parameters<OnRequestParse>[0]['requestParser']>;

const JSON_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/graphql+json']);

/** Media types of bodies that Yoga reads. */
const READ_TYPES: ReadonlySet<string> = new Set([
  ...JSON_TYPES,
  'application/graphql',
  'application/x-www-form-urlencoded',
]);

/** Accept headers of most clients, which Yoga reads rightly: any, JSON, Apollo Client's and urql's. */
const PLAIN_ACCEPTS: ReadonlySet<string> = new Set([
  '*/*',
  'application/json',
  'application/graphql-response+json,application/json;q=0.9',
  'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
]);

const PARAMETERS: ReadonlySet<string> = new Set(['query', 'operationName', 'variables', 'extensions']);

/**
 * Meets requirements of the GraphQL-over-HTTP specification (https://graphql.github.io/graphql-over-http/draft/) and of HTTP
 * (RFC 9110) that Yoga does not, in front of Yoga; each function names its passage. Headers that Yoga would misread are
 * replaced by what they mean.
 */
export function useGraphQLOverHTTP(): Plugin {
  return {
    onRequest({ request: { method, headers } }) {
      if (method === 'POST') rewriteContentType(headers);
    },
    onRequestParse({ request, requestParser, setRequestParser, endResponse, fetchAPI }) {
      const { method, headers } = request;
      if (!isAnswerable(headers)) {
        endResponse(new fetchAPI.Response(notAcceptable, { status: 406, headers: { ...jsonContent } }));
      } else if (method === 'POST' && checkedMediaType(headers)) setRequestParser(parseJson);
      else if (requestParser) setRequestParser(refusingBadJson(requestParser));
    },
    onParams({ params, setParams }) {
      // Yoga treats a request without a query as well-formed.
      if (params.query == null) throw malformed(`Parameter "query" is missing${hintAt(params)}.`);
      const { operationName }: { operationName?: unknown } = params;
      if (operationName != null && typeof operationName !== 'string') {
        throw malformed('Parameter "operationName" must be a string.');
      }
      if (hasOthers(params)) setParams(withoutOthers(params));
    },
    onExecutionResult({ result }) {
      if (result === undefined || !('errors' in result)) return;
      for (const { extensions } of result.errors ?? []) {
        // The executor and Yoga set 400 for these codes. `spec` makes it 200 in application/json.
        if (wellFormed.has(extensions['code']) && 'http' in extensions) {
          extensions['http'] = { status: 400, spec: true };
        }
      }
    },
  };
}

/**
 * RFC 9110, 8.3.1: media types are compared regardless of case, and so are names of parameters and charsets; blanks and quotes
 * mean nothing. Yoga compares texts.
 */
function rewriteContentType(headers: Headers): void {
  const sent = headers.get('content-type');
  if (sent === null || PLAIN_JSON_TYPES.has(sent)) return;
  const { mediaType = '', charset = null } = contentTypeIn(sent) ?? {};
  if (READ_TYPES.has(mediaType) && isUtf8(charset)) headers.set('content-type', mediaType);
}

/**
 * RFC 9110, 12.5.1, and "Body" in GraphQL over HTTP: the answer has the media type of the highest priority. Yoga knows neither
 * weights nor quotes. False when the header allows nothing that the gateway can answer with: such a client is refused before
 * its operation costs anything.
 */
function isAnswerable(headers: Headers): boolean {
  const sent = headers.get('accept');
  if (sent === null || PLAIN_ACCEPTS.has(sent)) return true;
  const accepted = acceptedTypes(sent);
  headers.set('accept', accepted.join(', '));
  return accepted.length > 0;
}

/**
 * RFC 9110, 15.5.16, and "POST" in GraphQL over HTTP: 415 for a body in a media type, charset or content coding that is not
 * read. The specification demands UTF-8 only where no charset is named, but JSON has no other (RFC 8259, 8.1).
 *
 * @returns True for JSON.
 */
function checkedMediaType(headers: Headers): boolean {
  const coding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (coding !== '' && coding !== 'identity') {
    throw unsupportedMedia('Compressed bodies are not read: send the body without a Content-Encoding.', {
      'accept-encoding': 'identity',
    });
  }
  const sent = headers.get('content-type') ?? '';
  if (PLAIN_JSON_TYPES.has(sent)) return true;
  const { mediaType = '', charset = null } = contentTypeIn(sent) ?? {};
  if (READ_TYPES.has(mediaType) && isUtf8(charset)) return JSON_TYPES.has(mediaType);
  throw unsupportedMedia(
    READ_TYPES.has(mediaType)
      ? 'A body must be UTF-8. Its Content-Type has the charset utf-8, or none.'
      : 'The Content-Type of a POST must be application/json.',
    { accept: 'application/json' },
  );
}

/**
 * "JSON Encoding" in GraphQL over HTTP: the body is an object. RFC 8259, 8.1, lets a parser ignore a byte order mark; Yoga's
 * does not.
 */
async function parseJson(request: Request): Promise<GraphQLParams> {
  const text = await request.text();
  let body: unknown;
  try {
    body = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (error) {
    throw malformed(shortenedMessage(`The body is not JSON: ${messageOf(error)}`, MAX_MESSAGE));
  }
  if (typeof body === 'object' && body !== null) return body;
  throw malformed(
    `The body must be a JSON object, and it is ${body === null ? 'null' : `a ${typeof body}`}.`,
  );
}

/** Yoga reports bad JSON in URL parameters and forms as its own failure; here it becomes the client's error. */
function refusingBadJson(parse: RequestParser): RequestParser {
  return async (request) => {
    try {
      return await parse(request);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw malformed(`Parameter "variables" or "extensions" is no JSON: ${error.message}`);
    }
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

function hintAt(params: object): string {
  return 'documentId' in params ? ', and the gateway has no trusted documents to select by "documentId"' : '';
}

/** "JSON Encoding" in GraphQL over HTTP: servers must ignore properties that they do not understand. Yoga refuses them. */
function hasOthers(params: object): boolean {
  for (const name in params) if (!PARAMETERS.has(name)) return true;
  return false;
}

function withoutOthers(params: GraphQLParams): GraphQLParams {
  return Object.fromEntries(Object.entries(params).filter(([name]) => PARAMETERS.has(name)));
}

function malformed(message: string): ClientError {
  return new ClientError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}

/** Codes of well-formed requests that cannot be executed: variables of a wrong type, no operation to choose. */
const wellFormed = new Set<unknown>(['BAD_USER_INPUT', 'OPERATION_RESOLUTION_FAILURE']);

// Copied for each answer: a Response writes its headers into the object that it is made with.
const jsonContent = Object.freeze({ 'content-type': 'application/json; charset=utf-8' });
const notAcceptable = JSON.stringify({
  errors: [
    {
      message: `The Accept header must allow one of ${MEDIA_TYPES.join(', ')}.`,
      extensions: { code: 'BAD_REQUEST' },
    },
  ],
});

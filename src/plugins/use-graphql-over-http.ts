import type { Plugin } from 'graphql-yoga';
import { ClientError } from '../operations/client-error.ts';

type OnRequestParse = NonNullable<Plugin['onRequestParse']>;
type RequestParser = NonNullable<Parameters<OnRequestParse>[0]['requestParser']>;

/** Media types that Yoga can answer with. */
const MEDIA_TYPES = [
  'application/json',
  'application/graphql-response+json',
  'text/event-stream',
  'multipart/mixed',
];

/** Accept headers of most clients, which need no parsing. */
const ANY_OR_JSON: ReadonlySet<string> = new Set(['*/*', 'application/json']);

/**
 * Meets requirements of the GraphQL-over-HTTP specification (https://graphql.github.io/graphql-over-http/draft/) that Yoga
 * does not: a client that accepts none of the gateway's media types is refused before its operation costs anything, URL
 * parameters that are no JSON are the client's error, and in application/json every response to a well-formed request is a
 * 200.
 */
export function useGraphQLOverHTTP(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser, endResponse, fetchAPI }) {
      if (!isAcceptable(request.headers.get('accept'))) {
        endResponse(new fetchAPI.Response(notAcceptable, { status: 406, headers: jsonContent }));
      } else if (requestParser && !isJson(request)) {
        setRequestParser(refusingBadJson(requestParser));
      }
    },
    onParams({ params }) {
      // Yoga treats a request without a query as well-formed.
      if (params.query == null) throw malformed('Parameter "query" is missing.');
      const { operationName }: { operationName?: unknown } = params;
      if (operationName != null && typeof operationName !== 'string') {
        throw malformed('Parameter "operationName" must be a string.');
      }
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

/** True for a JSON body; Yoga itself reports bad JSON in one as the client's error. */
function isJson({ method, headers }: Request): boolean {
  return method === 'POST' && (headers.get('content-type') ?? '').startsWith('application/json');
}

/** Reads the header as Yoga does for the answer: in its order, without regard to q. */
function isAcceptable(accept: string | null): boolean {
  if (accept === null || ANY_OR_JSON.has(accept)) return true;
  return (accept || '*/*')
    .replaceAll(/\s/g, '')
    .toLowerCase()
    .split(',')
    .some((range) => {
      const [mediaRange = '', ...parameters] = range.split(';');
      const charset = parameters.find((parameter) => parameter.includes('charset='));
      return (charset ?? 'charset=utf-8') === 'charset=utf-8' && MEDIA_TYPES.some(isMatchedBy(mediaRange));
    });
}

function isMatchedBy(mediaRange: string): (mediaType: string) => boolean {
  const [type, subtype] = mediaRange.split('/');
  return (mediaType) => {
    const [ownType, ownSubtype] = mediaType.split('/');
    return (type === '*' || type === ownType) && (subtype === '*' || subtype === ownSubtype);
  };
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

function malformed(message: string): ClientError {
  return new ClientError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}

/** Codes of well-formed requests that cannot be executed: variables of a wrong type, no operation to choose. */
const wellFormed = new Set<unknown>(['BAD_USER_INPUT', 'OPERATION_RESOLUTION_FAILURE']);

const jsonContent = { 'content-type': 'application/json; charset=utf-8' };
const notAcceptable = JSON.stringify({
  errors: [
    {
      message: `The Accept header must allow one of ${MEDIA_TYPES.join(', ')}.`,
      extensions: { code: 'BAD_REQUEST' },
    },
  ],
});

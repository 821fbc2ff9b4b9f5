import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

type OnRequestParse = NonNullable<Plugin['onRequestParse']>;
type RequestParser = NonNullable<Parameters<OnRequestParse>[0]['requestParser']>;

/** What Yoga can answer with. */
const MEDIA_TYPES = [
  'application/json',
  'application/graphql-response+json',
  'text/event-stream',
  'multipart/mixed',
];

/** What most clients accept: not worth a closer look at each request. */
const ANY_OR_JSON: ReadonlySet<string> = new Set(['*/*', 'application/json']);

/**
 * What the GraphQL-over-HTTP specification (https://graphql.github.io/graphql-over-http/draft/) asks for where Yoga falls
 * short of it: a client that accepts nothing the gateway can answer with is told so before its operation has cost
 * anything, URL parameters that are no JSON are the client's error, and in application/json every response to a
 * well-formed request is a 200.
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
      // Of a request that lacks its operation Yoga thinks that it is well-formed.
      if (params.query == null) throw malformed('Parameter "query" is missing.');
      const { operationName }: { operationName?: unknown } = params;
      if (operationName != null && typeof operationName !== 'string') {
        throw malformed('Parameter "operationName" must be a string.');
      }
    },
    onExecutionResult({ result }) {
      if (result === undefined || !('errors' in result)) return;
      for (const { extensions } of result.errors ?? []) {
        // For these the executor and Yoga want 400; with `spec`, Yoga lets application/json differ.
        if (wellFormed.has(extensions['code']) && 'http' in extensions) {
          extensions['http'] = { status: 400, spec: true };
        }
      }
    },
  };
}

/** Of a body that is JSON already Yoga makes no error of its own. */
function isJson({ method, headers }: Request): boolean {
  return method === 'POST' && (headers.get('content-type') ?? '').startsWith('application/json');
}

/** As Yoga reads the header when it comes to the answer: by its order, without regard to q. */
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

/** Yoga reads a body's JSON with care; that of URL parameters and forms it takes for its own failure. */
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

function malformed(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
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

import { type ASTNode, type ExecutionResult, GraphQLError, type SourceLocation } from 'graphql';
import { shortenedMessage } from '../lib/shortened-message.ts';

/** Maximum errors of one result. */
export const MAX_ERRORS = 100;
/** Maximum characters of an error of a library, all of which may be quoted from the request. */
export const MAX_MESSAGE = 200;
/** Maximum locations of one error: those of conflicting fields can name every field of a query. */
export const MAX_LOCATIONS = 10;

interface ClientErrorOptions {
  readonly nodes?: readonly ASTNode[] | undefined;
  readonly locations?: readonly SourceLocation[] | undefined;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  readonly originalError?: Error | undefined;
}

/**
 * GraphQLError that is cheap to make and to send. Its locations are those of the nodes' tokens, whereas graphql counts the
 * line breaks before each error; it has no nodes, so Yoga cannot locate it once more. Its message is the gateway's own; those
 * of libraries are shortened by `clientErrorOf`.
 */
export class ClientError extends GraphQLError {
  override readonly locations: readonly SourceLocation[] | undefined;

  constructor(
    message: string,
    { nodes = [], locations, path, extensions, originalError }: ClientErrorOptions,
  ) {
    super(message, {
      path: path ?? null,
      extensions: extensions ?? null,
      originalError: originalError ?? null,
    });
    const known = locations ?? nodes.slice(0, MAX_LOCATIONS).flatMap(locationOf);
    this.locations = known.length > 0 ? known : undefined;
  }

  /** Leaves out what is meant for Yoga: HTTP status and headers. */
  override toJSON(): ReturnType<GraphQLError['toJSON']> {
    const { extensions, ...formatted } = super.toJSON();
    const { http: _http, unexpected: _unexpected, ...visible } = extensions ?? {};
    return Object.keys(visible).length > 0 ? { ...formatted, extensions: visible } : formatted;
  }
}

function locationOf({ loc }: ASTNode): readonly SourceLocation[] {
  return loc === undefined ? [] : [{ line: loc.startToken.line, column: loc.startToken.column }];
}

/**
 * Error of an operation that cannot be executed with what the client sent. HTTP 400, but 200 in application/json: the request
 * is well-formed (GraphQL over HTTP).
 */
export function inputError(message: string, nodes: readonly ASTNode[] | undefined): ClientError {
  const http = { status: 400, spec: true };
  return new ClientError(message, { nodes, extensions: { code: 'BAD_USER_INPUT', http } });
}

/** Error as it leaves: with few locations, and a library's message shortened to what may be quoted of a request. */
export function clientErrorOf(error: GraphQLError): ClientError {
  if (error instanceof ClientError) return error;
  const { message, nodes, path, extensions, originalError } = error;
  return new ClientError(shortenedMessage(message, MAX_MESSAGE), {
    nodes,
    // Syntax errors have no node. The getter of a field's error would count line breaks.
    locations: nodes === undefined ? error.locations?.slice(0, MAX_LOCATIONS) : undefined,
    path,
    extensions: withShortCause(extensions),
    originalError,
  });
}

/** Extensions in which the JSON parser's message, which Yoga adds and which quotes the whole body, is shortened. */
function withShortCause(extensions: GraphQLError['extensions']): GraphQLError['extensions'] {
  const { originalError: cause } = extensions;
  if (typeof cause !== 'object' || cause === null || !('message' in cause)) return extensions;
  return {
    ...extensions,
    originalError: { ...cause, message: shortenedMessage(String(cause.message), MAX_MESSAGE) },
  };
}

/** Result as it leaves: with few errors, which quote little of the request. */
export function withFewErrors<Result extends ExecutionResult>(result: Result): Result {
  if (!result.errors?.length) return result;
  const errors = fewErrors(result.errors, clientErrorOf, (error) => codeIn(error, 'INTERNAL_SERVER_ERROR'));
  return { ...result, errors };
}

/**
 * At most `MAX_ERRORS` errors. The last one says how many more there are, by code, and has the code of the first of them.
 *
 * @param complete Makes an error ready to leave.
 * @param codeOf Code of an error that does not leave.
 */
export function fewErrors<Given extends GraphQLError>(
  errors: readonly Given[],
  complete: (error: Given) => GraphQLError,
  codeOf: (error: Given) => string,
): readonly GraphQLError[] {
  if (errors.length <= MAX_ERRORS) return errors.map(complete);
  const named = errors.slice(0, MAX_ERRORS - 1);
  return [...named.map(complete), omission(errors.slice(MAX_ERRORS - 1), codeOf)];
}

function omission<Given extends GraphQLError>(
  omitted: readonly Given[],
  codeOf: (error: Given) => string,
): ClientError {
  const counts = new Map<string, number>();
  for (const error of omitted) {
    const code = codeOf(error);
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const [code] = counts.keys();
  const http: unknown = omitted[0]?.extensions['http'];
  return new ClientError(`There are ${omitted.length} more errors, which are left out.`, {
    extensions: { code, omitted: Object.fromEntries(counts), ...(http !== undefined && { http }) },
  });
}

/** Codes of the errors that the last of many errors stands for. */
export function omittedCodes(extensions: Readonly<Record<string, unknown>> = {}): readonly string[] {
  return Object.keys(extensions['omitted'] ?? {});
}

/** Error that clients see for a defect of the gateway; an error that was made for clients stays. */
export function maskedError(error: unknown, message: string): Error {
  if (isForClients(error)) return error;
  const { nodes, path, extensions }: Partial<GraphQLError> = error instanceof GraphQLError ? error : {};
  const http: unknown = extensions?.['http'];
  return new ClientError(message, {
    nodes,
    path,
    extensions: {
      code: 'INTERNAL_SERVER_ERROR',
      unexpected: true,
      ...(http !== undefined && { http }),
    },
  });
}

function isForClients(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError && (error.originalError == null || isForClients(error.originalError));
}

/** Code of an error; `otherwise` when it has none yet. */
export function codeIn({ extensions }: GraphQLError, otherwise: string): string {
  const code: unknown = extensions['code'];
  return typeof code === 'string' ? code : otherwise;
}

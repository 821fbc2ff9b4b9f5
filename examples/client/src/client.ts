import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import type { GatewayError } from './gateway-error.ts';

/** What the gateway knows, and what it could not find out: the one does not rule out the other. */
export interface Answer<Data> {
  /** Null when the request as a whole was refused. */
  readonly data: Data | null;
  readonly errors: readonly GatewayError[];
}

/** No GraphQL answer came: nothing listens there, it took too long, or something else answered. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

export type Execute = ReturnType<typeof createClient>;

/** A function that sends operations to the gateway at this address, with this bearer token if there is one. */
export function createClient(url: URL, token: string | undefined) {
  /**
   * The document tells the types of its variables and of its data. Gives up after 15 seconds, or when the signal says so.
   */
  return async function execute<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    signal = AbortSignal.timeout(15_000),
  ): Promise<Answer<Data>> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method: 'POST',
        headers: {
          accept: 'application/graphql-response+json, application/json',
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ query: print(document), variables }),
        signal,
      });
      text = await response.text();
    } catch (error) {
      throw new NoAnswerError(`No answer from ${url.host}: ${reason(error)}.`, { cause: error });
    }
    const body = parsed(text);
    // Whatever the HTTP status: a request that GraphQL refuses has 400 and an answer that says why.
    if (isAnswer<Data>(body)) return { data: body.data ?? null, errors: body.errors ?? [] };
    throw new NoAnswerError(`${url.host} answered with HTTP ${response.status}, and not in GraphQL.`);
  };
}

/** Not the message of fetch itself, which can quote headers and so the token. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed';
  if (error.name === 'TimeoutError') return 'it took too long';
  if (error.name === 'AbortError') return 'the request was cancelled';
  if (!(error.cause instanceof Error)) return 'the request could not be made with this address and token';
  return 'code' in error.cause ? String(error.cause.code) : error.cause.message;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** That the data is of the document's type is what the schema promises; it is not looked at again. */
function isAnswer<Data>(body: unknown): body is Partial<Answer<Data>> {
  if (typeof body !== 'object' || body === null) return false;
  return 'errors' in body ? Array.isArray(body.errors) : 'data' in body;
}

import { type DocumentNode, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { OperationsConfig } from '../config/slices.ts';
import { parseWithin } from '../operations/parse.ts';
import { queryRules } from '../operations/limits.ts';
import { ClientError, clientErrorOf, codeIn, fewErrors } from '../operations/client-error.ts';

/** Maximum errors that are counted in a document. With 2,000 tokens there are seldom more. */
const MAX_FOUND = 1000;

/** Applies limits and validation rules to queries. Yoga keeps each text's result, good or bad, so each is checked once. */
export function useQueryRules(config: Pick<OperationsConfig, 'limits' | 'introspection'>): Plugin {
  const parse = parseWithin(config.limits);
  const rules = queryRules(config);
  const validateByRules: typeof validate = (schema, document) => {
    const errors = withoutLines(document, () => validate(schema, document, rules, { maxErrors: MAX_FOUND }));
    // Yoga keeps them with the document, so they are made small here already.
    return errors.length === 0
      ? errors
      : fewErrors(errors, clientErrorOf, (error) => codeIn(error, 'GRAPHQL_VALIDATION_FAILED'));
  };
  return {
    onRequestParse: () => refusingBatches,
    onParse({ setParseFn }) {
      setParseFn(parse);
    },
    onValidate({ setValidationFn }) {
      setValidationFn(validateByRules);
    },
  };
}

/**
 * Result of synchronous work for which the document's text is empty. graphql counts the line breaks before each error as it
 * makes one; `clientErrorOf` locates errors by their tokens instead.
 */
function withoutLines<Result>({ loc }: DocumentNode, work: () => Result): Result {
  if (loc === undefined) return work();
  const { source } = loc;
  const { body } = source;
  source.body = '';
  try {
    return work();
  } finally {
    source.body = body;
  }
}

/** Yoga refuses batches as well, but does not tell their size. */
const refusingBatches = {
  onRequestParseDone({ requestParserResult: sent }: { readonly requestParserResult: unknown }) {
    if (!Array.isArray(sent)) return;
    const message = `Batching is not supported: the request is a batch of ${sent.length} queries. Send one query in each request.`;
    throw new ClientError(message, {
      extensions: {
        code: 'BAD_REQUEST',
        // An empty list is malformed, and within the limit.
        ...(sent.length > 0 && { limit: 'batchedQueries', asked: sent.length, allowed: 0 }),
        http: { status: 400 },
      },
    });
  },
};

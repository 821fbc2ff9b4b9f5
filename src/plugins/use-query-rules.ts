import { GraphQLError, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { OperationsConfig } from '../config/slices.ts';
import { parseWithin } from '../operations/parse.ts';
import { queryRules } from '../operations/limits.ts';

/** Applies limits and validation rules to queries. Yoga keeps each text's result, good or bad, so each is checked once. */
export function useQueryRules(config: Pick<OperationsConfig, 'limits' | 'introspection'>): Plugin {
  const parse = parseWithin(config.limits);
  const rules = queryRules(config);
  const validateByRules: typeof validate = (schema, document) => validate(schema, document, rules);
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

/** Yoga refuses batches as well, but does not tell their size. */
const refusingBatches = {
  onRequestParseDone({ requestParserResult: sent }: { readonly requestParserResult: unknown }) {
    if (!Array.isArray(sent)) return;
    const message = `Batching is not supported: the request is a batch of ${sent.length} queries, and none may be.`;
    throw new GraphQLError(message, {
      extensions: {
        code: 'BAD_REQUEST',
        limit: 'batchedQueries',
        asked: sent.length,
        allowed: 0,
        http: { status: 400 },
      },
    });
  },
};

import { GraphQLError, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Config } from '../config/config.ts';
import { parseWithin } from '../operations/parse.ts';
import { queryRules } from '../operations/limits.ts';

/** Holds queries to what they may be. Yoga keeps what comes of a text, good or bad, so that each is read and judged once. */
export function useQueryRules(config: Pick<Config, 'queryLimits' | 'introspection'>): Plugin {
  const parse = parseWithin(config.queryLimits);
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

/** Yoga refuses them as well, without a word of how many there are. */
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

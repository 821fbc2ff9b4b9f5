import { validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Config } from '../config.ts';
import { parseWithin } from '../queries/parse-within.ts';
import { queryRules } from '../queries/query-rules.ts';

/** Holds queries to what they may be. Yoga keeps what comes of a text, good or bad, so that each is read and judged once. */
export function useQueryRules(config: Pick<Config, 'queryLimits' | 'introspection'>): Plugin {
  const parse = parseWithin(config.queryLimits);
  const rules = queryRules(config);
  const validateByRules: typeof validate = (schema, document) => validate(schema, document, rules);
  return {
    onParse({ setParseFn }) {
      setParseFn(parse);
    },
    onValidate({ setValidationFn }) {
      setValidationFn(validateByRules);
    },
  };
}

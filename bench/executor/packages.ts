/**
 * graphql and graphql-jit of the gateway's own packages, by their paths: below `bench/` their names mean the contenders' copies,
 * and the gateway's executor does not work with objects of another copy of graphql.
 */
export {
  buildSchema,
  execute,
  GraphQLObjectType,
  parse,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from '../../node_modules/graphql/index.js';
export { compileQuery, isCompiledQuery } from '../../node_modules/graphql-jit/dist/index.mjs';

import { type ASTVisitor, GraphQLError, type ValidationContext } from 'graphql';

/**
 * Refuses a mutation or subscription as what it is, an invalid document; otherwise only the executor would notice. graphql 17
 * has a rule of this name.
 */
export function KnownOperationTypesRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (!context.getSchema().getRootType(node.operation)) {
        context.reportError(new GraphQLError(`The schema has no ${node.operation}s.`, { nodes: node }));
      }
    },
  };
}

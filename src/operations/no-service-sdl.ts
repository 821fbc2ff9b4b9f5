import { type ASTVisitor, getNamedType, GraphQLError, type ValidationContext } from 'graphql';

/** Refuses what tells a router the schema, as graphql refuses introspection where clients are not to be told. */
export function NoServiceSdlRule(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (getNamedType(context.getType())?.name !== '_Service') return;
      const message = `GraphQL introspection has been disabled, but the requested query contained the field "${node.name.value}".`;
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}

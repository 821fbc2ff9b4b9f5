import { type GraphQLSchema, isObjectType } from 'graphql';

const known = new WeakMap<GraphQLSchema, Readonly<Record<string, number>>>();

/** Average length of a list in the introspection of this schema, by `Type.field`; undefined for other lists. */
export function introspectionLength(schema: GraphQLSchema, place: string): number | undefined {
  if (!place.startsWith('__')) return undefined;
  let lengths = known.get(schema);
  if (lengths === undefined) {
    lengths = averageLengths(schema);
    known.set(schema, lengths);
  }
  return lengths[place];
}

function averageLengths(schema: GraphQLSchema): Readonly<Record<string, number>> {
  const types = Object.values(schema.getTypeMap());
  const directives = schema.getDirectives();
  const fields = types.flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()) : []));
  const argsOfFields = fields.reduce((sum, { args }) => sum + args.length, 0);
  const argsOfDirectives = directives.reduce((sum, { args }) => sum + args.length, 0);
  return {
    '__Schema.types': types.length,
    '__Schema.directives': directives.length,
    '__Type.fields': fields.length / types.length,
    '__Type.interfaces': 1,
    '__Type.possibleTypes': 1,
    '__Type.enumValues': 1,
    '__Type.inputFields': 1,
    '__Field.args': argsOfFields / fields.length,
    '__Directive.args': argsOfDirectives / directives.length,
    '__Directive.locations': 2,
  };
}

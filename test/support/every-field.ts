import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, type GraphQLObjectType, isObjectType } from 'graphql';

/** The schema that is published, without resolvers. */
export const publishedSchema = buildSchema(
  readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'),
);

/** Selection of all fields without arguments of the type with this name, `depth` objects deep. */
export function everyField(typeName: string, depth: number): string {
  return everything(objectType(typeName), depth, () => true);
}

/** `everyField` without the ids that the gateway makes. */
export function everyFieldOfUpstream(typeName: string, depth: number): string {
  return everything(objectType(typeName), depth, (name) => name !== 'nodeId');
}

function objectType(typeName: string): GraphQLObjectType {
  const type = publishedSchema.getType(typeName);
  if (!isObjectType(type)) throw new TypeError(`${typeName} is no object type.`);
  return type;
}

function everything(type: GraphQLObjectType, depth: number, isWanted: (name: string) => boolean): string {
  const fields = Object.values(type.getFields()).flatMap(({ name, args, type: given }) => {
    if (args.length > 0 || !isWanted(name)) return [];
    const below = getNamedType(given);
    if (!isObjectType(below)) return [name];
    return depth === 0 ? [] : [`${name} { ${everything(below, depth - 1, isWanted)} }`];
  });
  return ['__typename', ...fields].join(' ');
}

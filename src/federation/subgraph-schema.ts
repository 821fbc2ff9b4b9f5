import { buildSubgraphSchema } from '@apollo/subgraph';
import { type ConstDirectiveNode, type GraphQLSchema, graphqlSync, Kind, parse, visit } from 'graphql';
import { resolvers } from '../resolvers/index.ts';
import { finished, typeDefs } from '../schema.ts';
import { entityKeys } from './entity-keys.ts';
import { ENTITIES } from './representations.ts';
import { resolveEntities, typeOfEntity } from './resolve-entities.ts';

/** Of the specification that the keys are written in; what is newer in it is not needed, and routers have to know it. */
const FEDERATION = 'https://specs.apollo.dev/federation/v2.3';

/** What routers are told of types, by their names. */
const directives = new Map([
  ...Object.entries(entityKeys).map(
    ([type, fields]) => [type, `@key(fields: "${fields.join(' ')}")`] as const,
  ),
  // Every subgraph with pages has it, by these fields.
  ['PageInfo', '@shareable'],
]);

const descriptions = {
  [ENTITIES]:
    'For routers: the entities that these representations stand for, in their order, at most 1,000. Those of one type are asked for together, each once. Null where the upstream does not know one; with an error when that could not be found out.',
  _service: 'For routers: this schema with its keys, in the language of Apollo Federation 2. Costs nothing.',
} as const;

/** The schema with what makes it a subgraph. Built once, where this file is loaded. */
export const subgraphSchema = built();

function built(): GraphQLSchema {
  const schema = buildSubgraphSchema([
    {
      typeDefs: directed(
        [`extend schema @link(url: "${FEDERATION}", import: ["@key", "@shareable"])`, ...typeDefs].join('\n'),
      ),
      resolvers: {
        ...resolvers,
        Query: {
          ...resolvers.Query,
          // Instead of the library's own, which loads one by one and writes the type on what is shared.
          [ENTITIES]: resolveEntities,
        },
        _Entity: { __resolveType: typeOfEntity },
      },
    },
  ]);
  const fields = schema.getQueryType()?.getFields() ?? {};
  for (const [name, description] of Object.entries(descriptions)) {
    const field = fields[name];
    if (field !== undefined) field.description = description;
  }
  // It never changes, and is printed anew otherwise whenever somebody asks.
  const service = graphqlSync({ schema, source: '{ _service { sdl } }' }).data?.['_service'];
  if (fields['_service'] !== undefined) fields['_service'].resolve = () => service;
  return finished(schema);
}

/** They stand at the definitions: at an extension, `@shareable` would say nothing of the fields that a type has already. */
function directed(sdl: string) {
  return visit(parse(sdl), {
    ObjectTypeDefinition(node) {
      const directive = directives.get(node.name.value);
      return directive === undefined
        ? undefined
        : { ...node, directives: [...(node.directives ?? []), ...directivesIn(directive)] };
    },
  });
}

function directivesIn(text: string): readonly ConstDirectiveNode[] {
  const [type] = parse(`type Any ${text}`, { noLocation: true }).definitions;
  return type?.kind === Kind.OBJECT_TYPE_DEFINITION ? (type.directives ?? []) : [];
}

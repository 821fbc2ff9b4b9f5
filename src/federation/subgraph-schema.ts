import { buildSubgraphSchema } from '@apollo/subgraph';
import { type ConstDirectiveNode, type GraphQLSchema, graphqlSync, Kind, parse, visit } from 'graphql';
import { type Registry, resources } from '../datasources/index.ts';
import { finished, type SchemaParts, schemaParts } from '../schema.ts';
import { entityKeysOf } from './entity-keys.ts';
import { ENTITIES } from './representations.ts';
import { objectTypeOf } from '../resolvers/object-types.ts';
import { entitiesResolver } from './resolve-entities.ts';

/** Version of the specification for `@key`. Newer versions add nothing needed here, and routers must support the version. */
const FEDERATION = 'https://specs.apollo.dev/federation/v2.3';

/** Directives for routers, by type name. */
function directivesOf(registry: Registry): ReadonlyMap<string, string> {
  return new Map([
    ...Object.entries(entityKeysOf(registry)).map(
      ([type, fields]) => [type, `@key(fields: "${fields.join(' ')}")`] as const,
    ),
    // Every subgraph with pages defines this type, with these fields.
    ['PageInfo', '@shareable'],
  ]);
}

const descriptions = {
  [ENTITIES]:
    'For routers: the entities of these representations, in their order, at most 1,000. Entities of one type are read together, each once. Null when the upstream does not know the entity. Null, with an error, when the read failed.',
  _service: 'For routers: this schema as SDL, with the keys of Apollo Federation 2. Costs nothing.',
} as const;

/** Schema of the subgraph. Built once, when this file is loaded. */
export const subgraphSchema = subgraphSchemaOf(resources, schemaParts);

/** Schema of a subgraph with these types and resolvers, whose entities are those of the registry. */
export function subgraphSchemaOf(registry: Registry, parts: SchemaParts): GraphQLSchema {
  const { typeDefs, resolvers } = parts;
  // Another subgraph's `Node` would not compose: routers know no subgraph that gives the nodes of all.
  const { Node: _interface, Query, ...served } = resolvers;
  const { node: _field, ...queries } = Query;
  const schema = buildSubgraphSchema([
    {
      typeDefs: directed(
        [`extend schema @link(url: "${FEDERATION}", import: ["@key", "@shareable"])`, ...typeDefs].join('\n'),
        directivesOf(registry),
      ),
      resolvers: {
        ...served,
        Query: {
          ...queries,
          // Replaces the library's resolver, which loads one by one and writes the type on shared objects.
          [ENTITIES]: entitiesResolver(registry),
        },
        _Entity: { __resolveType: objectTypeOf },
      },
    },
  ]);
  const fields = schema.getQueryType()?.getFields() ?? {};
  for (const [name, description] of Object.entries(descriptions)) {
    const field = fields[name];
    if (field !== undefined) field.description = description;
  }
  // The SDL never changes; the library would print it anew for each request.
  const service = graphqlSync({ schema, source: '{ _service { sdl } }' }).data?.['_service'];
  if (fields['_service'] !== undefined) fields['_service'].resolve = () => service;
  return finished(schema, resolvers);
}

/** Adds the directives to type definitions, and leaves out `Node` and what gives it: on an extension, `@shareable` would not cover the type's existing fields. */
function directed(sdl: string, directives: ReadonlyMap<string, string>) {
  return visit(parse(sdl), {
    InterfaceTypeDefinition: ({ name }) => (name.value === 'Node' ? null : undefined),
    ObjectTypeDefinition(node) {
      const directive = directives.get(node.name.value);
      return {
        ...node,
        interfaces: node.interfaces?.filter(({ name }) => name.value !== 'Node') ?? [],
        fields: node.fields?.filter(({ name }) => node.name.value !== 'Query' || name.value !== 'node') ?? [],
        directives: [...(node.directives ?? []), ...(directive === undefined ? [] : directivesIn(directive))],
      };
    },
  });
}

function directivesIn(text: string): readonly ConstDirectiveNode[] {
  const [type] = parse(`type Any ${text}`, { noLocation: true }).definitions;
  return type?.kind === Kind.OBJECT_TYPE_DEFINITION ? (type.directives ?? []) : [];
}

import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { EntityLoader } from '../loading/entity-loader.ts';
import type { DataSources } from '../loading/data-sources.ts';
import type { Resource } from '../datasources/resource.ts';
import type { Reference } from '../datasources/wire/reference.ts';
import type { FieldTrace } from '../upstream/trace.ts';

/** Finds the entity that a reference refers to: at once where it need not be loaded. May throw or reject with an `UnknownValueError`. */
export type EntityFinder<Ref extends Reference = Reference> = (
  reference: Ref,
  sources: DataSources,
  parts?: readonly string[],
) => object | null | Promise<object | null>;

/**
 * Loads what such a finder is going to be asked for, all at once; undefined where nothing has to be loaded. What fails is
 * told by the finder. `field` is who waits for it, null where that is not traced.
 */
export type EntityPreparer<Ref extends Reference = Reference> = (
  references: readonly Ref[],
  sources: DataSources,
  parts: readonly string[],
  field: FieldTrace | null,
) => Promise<unknown> | undefined;

/** The calls that an entity is loaded by. */
export type LoadedResource = Pick<Resource<object>, 'name' | 'maxIds'>;

/** What a field needs of the entity that its object refers to. */
export interface EntityNeed<Ref extends Reference = Reference> {
  readonly find: EntityFinder<Ref>;
  readonly prepare: EntityPreparer<Ref>;
  readonly resource: LoadedResource;
  readonly part?: string | undefined;
  /** Whether a reference that has a name needs nothing. */
  readonly unlessNamed?: true;
  /** Whether it is not the entity itself that is loaded, so that of that a reference may still be enough. */
  readonly isBeside?: true;
  /** Whether what is loaded is the value of the field itself, so that it is the field that waits and not the object. */
  readonly isValue?: true;
}

type SchemaField = GraphQLField<unknown, unknown>;

const needsOfResolvers = new WeakMap<object, EntityNeed>();
/** So it is known before any resolver is called what it will have to load. */
const needsOfFields = new WeakMap<SchemaField, EntityNeed>();
const resolvedFields = new WeakSet<SchemaField>();
/** Fields that give nothing but a property of their object, to those who may see it. */
const personalProperties = new WeakSet<SchemaField>();

/** Says what a resolver loads. */
export function needing<Ref extends Reference, Resolver extends object>(
  need: EntityNeed<Ref>,
  resolver: Resolver,
): Resolver {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is only ever handed what resolvers of the same type are
  needsOfResolvers.set(resolver, need as EntityNeed);
  return resolver;
}

/** Notes for a schema's fields which of them have resolvers and what these resolvers said; the schema has only copies of them. */
export function noteEntityNeeds(
  schema: GraphQLSchema,
  resolvers: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): void {
  for (const [typeName, ofType] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) continue;
    const fields = type.getFields();
    for (const [name, resolver] of Object.entries(ofType)) {
      const field = fields[name];
      if (field === undefined || typeof resolver !== 'function') continue;
      resolvedFields.add(field);
      const need = needsOfResolvers.get(resolver);
      if (need !== undefined) needsOfFields.set(field, need);
    }
  }
}

/** What is loaded for a field; undefined where that is nothing, or not known beforehand. */
export function entityNeedOf(field: SchemaField): EntityNeed | undefined {
  return needsOfFields.get(field);
}

/** Whether a field has a resolver of its own; otherwise a property of its object answers. */
export function hasResolver(field: SchemaField): boolean {
  return resolvedFields.has(field);
}

/** Says that a field is a property of its object, shown to those who may see personal data. */
export function notePersonalProperty(field: SchemaField): void {
  personalProperties.add(field);
}

export function isPersonalProperty(field: SchemaField): boolean {
  return personalProperties.has(field);
}

/** Resolvers for the fields of an entity type: what a reference says itself costs nothing, everything else loads the entity. */
export function entityFields<Entity extends Reference, Part extends string>(
  resource: LoadedResource,
  loaderOf: (sources: DataSources) => EntityLoader<Entity, Part>,
) {
  return fieldsFoundBy(
    resource,
    (reference: Reference, sources, parts?: readonly Part[]) => loaderOf(sources).find(reference, parts),
    (references, sources, parts, field) => loaderOf(sources).prepare(references, parts, field),
  );
}

/** The same where more than an id is needed to load the entity that a reference refers to. */
export function fieldsFoundBy<Ref extends Reference, Entity extends Reference, Part extends string>(
  resource: LoadedResource,
  find: (
    reference: Ref,
    sources: DataSources,
    parts?: readonly Part[],
  ) => Entity | null | Promise<Entity | null>,
  prepare: (
    references: readonly Ref[],
    sources: DataSources,
    parts: readonly Part[],
    field: FieldTrace | null,
  ) => Promise<unknown> | undefined,
) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- they are only ever handed parts that fields of the same type name
  const need = { find, prepare, resource } as Pick<EntityNeed<Ref>, 'find' | 'prepare' | 'resource'>;
  return {
    /** The reference's own name where it has one, so that selecting more never changes it. */
    name: needing(
      { ...need, unlessNamed: true },
      (reference: Ref, _args: unknown, { sources }: GatewayContext) =>
        reference.ownName ?? read(find(reference, sources), 'ownName'),
    ),

    /** A property of the entity; `part` where the upstream fills it only when asked to. */
    field<Field extends keyof Entity>(field: Field, part?: Part) {
      const parts = part && [part];
      return needing({ ...need, part }, (reference: Ref, _args: unknown, { sources }: GatewayContext) =>
        read(find(reference, sources, parts), field),
      );
    },
  };
}

function read<Entity extends object, Field extends keyof Entity>(
  found: Entity | null | Promise<Entity | null>,
  field: Field,
) {
  return found instanceof Promise ? found.then((entity) => entity && entity[field]) : found && found[field];
}

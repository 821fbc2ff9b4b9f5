import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { EntityLoader } from '../loading/entity-loader.ts';
import type { DataSources } from '../loading/data-sources.ts';
import type { Resource } from '../datasources/resource.ts';
import { nodeIdOf } from '../datasources/wire/node-id.ts';
import type { Reference } from '../datasources/wire/reference.ts';
import type { FieldTrace } from '../upstream/trace.ts';

/** Gets the entity that a reference refers to, synchronously when known. Throws or rejects with an `UnknownValueError`. */
export type EntityGetter<Ref extends Reference = Reference> = (
  reference: Ref,
  sources: DataSources,
  expand?: readonly string[],
) => object | null | Promise<object | null>;

/**
 * Loads what an `EntityGetter` will be asked for, all together; undefined when nothing has to be loaded. Failures are thrown
 * by the getter. `field` is the trace of the field that waits, null when nothing is traced.
 */
export type EntityPrefetcher<Ref extends Reference = Reference> = (
  references: readonly Ref[],
  sources: DataSources,
  expand: readonly string[],
  field: FieldTrace | null,
) => Promise<unknown> | undefined;

/** Resource whose calls load an entity. */
export type LoadedResource = Pick<Resource<object>, 'name' | 'type' | 'maxIds' | 'isPersonal'>;

/** Requirement of a field for the entity that its object refers to. */
export interface EntityRequirement<Ref extends Reference = Reference> {
  readonly getOrLoad: EntityGetter<Ref>;
  readonly prefetch: EntityPrefetcher<Ref>;
  readonly resource: LoadedResource;
  readonly part?: string | undefined;
  /** True when a reference that has a name needs no load. */
  readonly unlessNamed?: true;
  /** True when another entity is loaded, so that the reference to this one may still suffice. */
  readonly isBeside?: true;
  /** True when the value of the field itself is loaded, so that the field waits and not the object. */
  readonly isValue?: true;
  /** Fields of the value that are loaded in another way; the load is left out where no others are selected. */
  readonly except?: ValueParts<Ref> | undefined;
}

interface ValueParts<Ref extends Reference> {
  readonly fields: ReadonlySet<string>;
  /** Object that has the value for these fields alone. */
  readonly holderOf: (reference: Ref) => object;
}

type SchemaField = GraphQLField<unknown, unknown>;

const needsOfResolvers = new WeakMap<object, EntityRequirement>();
/** Requirements by field, so that they are known before any resolver is called. */
const needsOfFields = new WeakMap<SchemaField, EntityRequirement>();
const resolvedFields = new WeakSet<SchemaField>();
/** Fields that only give a property of their object, to callers who may see personal data. */
const personalProperties = new WeakSet<SchemaField>();

/** Registers the requirement of a resolver. */
export function requiring<Ref extends Reference, Resolver extends object>(
  requirement: EntityRequirement<Ref>,
  resolver: Resolver,
): Resolver {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- receives only what resolvers of the same type receive
  needsOfResolvers.set(resolver, requirement as EntityRequirement);
  return resolver;
}

/** Registers fields that have resolvers, with these resolvers' requirements; the schema has only copies of the resolvers. */
export function noteEntityRequirements(
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
      const requirement = needsOfResolvers.get(resolver);
      if (requirement !== undefined) needsOfFields.set(field, requirement);
    }
  }
}

/** Requirement of a field; undefined when it loads nothing, or nothing that is known beforehand. */
export function entityRequirementOf(field: SchemaField): EntityRequirement | undefined {
  return needsOfFields.get(field);
}

/** True when a field has a resolver of its own; otherwise it gives a property of its object. */
export function hasResolver(field: SchemaField): boolean {
  return resolvedFields.has(field);
}

/** Registers a field that is a property of its object, shown to callers who may see personal data. */
export function notePersonalProperty(field: SchemaField): void {
  personalProperties.add(field);
}

export function isPersonalProperty(field: SchemaField): boolean {
  return personalProperties.has(field);
}

/** Resolvers for the fields of an entity type: values in the reference cost nothing, all others load the entity. */
export function entityFields<Entity extends Reference, Expand extends string>(
  resource: LoadedResource,
  loaderOf: (sources: DataSources) => EntityLoader<Entity, Expand>,
) {
  return fieldsLoadedBy(
    resource,
    (reference: Reference, sources, expand?: readonly Expand[]) =>
      loaderOf(sources).getOrLoad(reference, expand),
    (references, sources, expand, field) => loaderOf(sources).prefetch(references, expand, field),
  );
}

/** Resolvers for fields whose values are loaded by the id of their object. */
export function fieldsById<Values extends object>(
  resource: LoadedResource,
  loaderOf: (sources: DataSources) => EntityLoader<Values>,
) {
  return propertyFields<Reference, Values, never>(
    resource,
    (reference, sources) => loaderOf(sources).getOrLoad(reference),
    (references, sources, _expand, field) => loaderOf(sources).prefetch(references, [], field),
  );
}

type Getter<Ref, Entity, Expand> = (
  reference: Ref,
  sources: DataSources,
  expand?: readonly Expand[],
) => Entity | null | Promise<Entity | null>;

type Prefetcher<Ref, Expand> = (
  references: readonly Ref[],
  sources: DataSources,
  expand: readonly Expand[],
  field: FieldTrace | null,
) => Promise<unknown> | undefined;

/** Like `entityFields`, for entities that need more than an id to be loaded. */
export function fieldsLoadedBy<Ref extends Reference, Entity extends Reference, Expand extends string>(
  resource: LoadedResource,
  getOrLoad: Getter<Ref, Entity, Expand>,
  prefetch: Prefetcher<Ref, Expand>,
) {
  const fields = propertyFields(resource, getOrLoad, prefetch);
  return {
    ...fields,
    nodeId: ({ id }: Ref) => nodeIdOf(resource.type, id),
    /** Name in the reference when it has one, so that selecting more fields never changes it. */
    name: requiring(
      { ...fields.requirement, unlessNamed: true },
      (reference: Ref, _args: unknown, { sources }: GatewayContext) =>
        reference.ownName ?? read(getOrLoad(reference, sources), 'ownName'),
    ),
  };
}

function propertyFields<Ref extends Reference, Entity extends object, Expand extends string>(
  resource: LoadedResource,
  getOrLoad: Getter<Ref, Entity, Expand>,
  prefetch: Prefetcher<Ref, Expand>,
) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- receive only the `expand` that fields of the type name
  const requirement = { getOrLoad, prefetch, resource } as Pick<
    EntityRequirement<Ref>,
    'getOrLoad' | 'prefetch' | 'resource'
  >;
  return {
    requirement,

    /** Property of the entity; `part` when the upstream gives it only when asked to. */
    field<Field extends keyof Entity>(field: Field, part?: Expand) {
      const expand = part && [part];
      return requiring(
        { ...requirement, part },
        (reference: Ref, _args: unknown, { sources }: GatewayContext) =>
          read(getOrLoad(reference, sources, expand), field),
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

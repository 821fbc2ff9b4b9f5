import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import type { GatewayContext } from '../context.ts';
import type { EntityLoader } from '../loading/entity-loader.ts';
import type { DataSources } from '../loading/data-sources.ts';
import type { Resource } from '../datasources/resource.ts';
import type { Reference } from '../datasources/wire/reference.ts';
import type { FieldTrace } from '../upstream/trace.ts';

/** Finds the entity that a reference refers to: at once where it requirement not be loaded. May throw or reject with an `UnknownValueError`. */
export type EntityGetter<Ref extends Reference = Reference> = (
  reference: Ref,
  sources: DataSources,
  expand?: readonly string[],
) => object | null | Promise<object | null>;

/**
 * Loads what such a finder is going to be asked for, all at once; undefined where nothing has to be loaded. What fails is
 * told by the finder. `field` is who waits for it, null where that is not traced.
 */
export type EntityPrefetcher<Ref extends Reference = Reference> = (
  references: readonly Ref[],
  sources: DataSources,
  expand: readonly string[],
  field: FieldTrace | null,
) => Promise<unknown> | undefined;

/** The calls that an entity is loaded by. */
export type LoadedResource = Pick<Resource<object>, 'name' | 'maxIds'>;

/** What a field requirements of the entity that its object refers to. */
export interface EntityRequirement<Ref extends Reference = Reference> {
  readonly getOrLoad: EntityGetter<Ref>;
  readonly prefetch: EntityPrefetcher<Ref>;
  readonly resource: LoadedResource;
  readonly part?: string | undefined;
  /** Whether a reference that has a name requirements nothing. */
  readonly unlessNamed?: true;
  /** Whether it is not the entity itself that is loaded, so that of that a reference may still be enough. */
  readonly isBeside?: true;
  /** Whether what is loaded is the value of the field itself, so that it is the field that waits and not the object. */
  readonly isValue?: true;
}

type SchemaField = GraphQLField<unknown, unknown>;

const needsOfResolvers = new WeakMap<object, EntityRequirement>();
/** So it is known before any resolver is called what it will have to load. */
const needsOfFields = new WeakMap<SchemaField, EntityRequirement>();
const resolvedFields = new WeakSet<SchemaField>();
/** Fields that give nothing but a property of their object, to those who may see it. */
const personalProperties = new WeakSet<SchemaField>();

/** Says what a resolver loads. */
export function requiring<Ref extends Reference, Resolver extends object>(
  requirement: EntityRequirement<Ref>,
  resolver: Resolver,
): Resolver {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is only ever handed what resolvers of the same type are
  needsOfResolvers.set(resolver, requirement as EntityRequirement);
  return resolver;
}

/** Notes for a schema's fields which of them have resolvers and what these resolvers said; the schema has only copies of them. */
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

/** What is loaded for a field; undefined where that is nothing, or not known beforehand. */
export function entityRequirementOf(field: SchemaField): EntityRequirement | undefined {
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

/** The same where more than an id is needed to load the entity that a reference refers to. */
export function fieldsLoadedBy<Ref extends Reference, Entity extends Reference, Expand extends string>(
  resource: LoadedResource,
  getOrLoad: (
    reference: Ref,
    sources: DataSources,
    expand?: readonly Expand[],
  ) => Entity | null | Promise<Entity | null>,
  prefetch: (
    references: readonly Ref[],
    sources: DataSources,
    expand: readonly Expand[],
    field: FieldTrace | null,
  ) => Promise<unknown> | undefined,
) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- they are only ever handed expand that fields of the same type name
  const requirement = { getOrLoad, prefetch, resource } as Pick<
    EntityRequirement<Ref>,
    'getOrLoad' | 'prefetch' | 'resource'
  >;
  return {
    /** The reference's own name where it has one, so that selecting more never changes it. */
    name: requiring(
      { ...requirement, unlessNamed: true },
      (reference: Ref, _args: unknown, { sources }: GatewayContext) =>
        reference.ownName ?? read(getOrLoad(reference, sources), 'ownName'),
    ),

    /** A property of the entity; `part` where the upstream fills it only when asked to. */
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

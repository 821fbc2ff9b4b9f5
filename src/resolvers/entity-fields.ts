import type { GatewayContext } from '../context.ts';
import type { EntityLoader } from '../datasources/loading/entity-loader.ts';
import type { DataSources } from '../datasources/index.ts';
import type { Reference } from '../datasources/wire/reference.ts';

/** Resolvers for the fields of an entity type: what a reference says itself costs nothing, everything else loads the entity. */
export function entityFields<Entity extends Reference, Part extends string>(
  loaderOf: (sources: DataSources) => EntityLoader<Entity, Part>,
) {
  return fieldsFoundBy((reference: Reference, sources, parts?: readonly Part[]) =>
    loaderOf(sources).find(reference, parts),
  );
}

/** The same where more than an id is needed to load the entity that a reference refers to. */
export function fieldsFoundBy<Ref extends Reference, Entity extends Reference, Part extends string>(
  find: (reference: Ref, sources: DataSources, parts?: readonly Part[]) => Entity | Promise<Entity | null>,
) {
  return {
    /** The reference's own name where it has one, so that selecting more never changes it. */
    name: (reference: Ref, _args: unknown, { sources }: GatewayContext) =>
      reference.ownName ?? read(find(reference, sources), 'ownName'),

    /** A property of the entity; `part` where the upstream fills it only when asked to. */
    field:
      <Field extends keyof Entity>(field: Field, part?: Part) =>
      (reference: Ref, _args: unknown, { sources }: GatewayContext) =>
        read(find(reference, sources, part && [part]), field),
  };
}

function read<Entity extends object, Field extends keyof Entity>(
  found: Entity | Promise<Entity | null>,
  field: Field,
) {
  return found instanceof Promise ? found.then((entity) => entity && entity[field]) : found[field];
}

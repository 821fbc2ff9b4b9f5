import type { GatewayContext } from '../context.ts';
import type { EntityLoader } from '../datasources/loading/entity-loader.ts';
import type { DataSources } from '../datasources/index.ts';
import type { Reference } from '../datasources/wire/reference.ts';

/** Resolvers for the fields of an entity type: what a reference says itself costs nothing, everything else loads the entity. */
export function entityFields<Entity extends Reference, Part extends string>(
  loaderOf: (sources: DataSources) => EntityLoader<Entity, Part>,
) {
  return fieldsFoundBy((reference: Reference, sources, parts?: readonly Part[]) =>
    loaderOf(sources).load(reference.id, parts),
  );
}

/** The same where more than an id is needed to load the entity that a reference refers to. */
export function fieldsFoundBy<Ref extends Reference, Entity extends Reference, Part extends string>(
  find: (reference: Ref, sources: DataSources, parts?: readonly Part[]) => Promise<Entity | null>,
) {
  return {
    /** The reference's own name where it has one, so that selecting more never changes it. */
    name: (reference: Ref, _args: unknown, { sources }: GatewayContext) =>
      reference.ownName ?? find(reference, sources).then((entity) => entity && entity.ownName),

    /** A property of the entity; `part` where the upstream fills it only when asked to. */
    field:
      <Field extends keyof Entity>(field: Field, part?: Part) =>
      (reference: Ref, _args: unknown, { sources }: GatewayContext) =>
        find(reference, sources, part && [part]).then((entity) => entity && entity[field]),
  };
}

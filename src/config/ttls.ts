import { type AnyResource, type Registry, resources, resourcesOf } from '../datasources/index.ts';
import type { Ttl } from '../datasources/resource.ts';

/** Names of the TTLs of resources and of their `expand` parts. */
export type TtlName = NameIn<AnyResource['ttl'] | TtlIn<AnyResource['expand'][number]>>;
type TtlIn<Part> = Part extends { readonly ttl: infer Of } ? Of : never;
type NameIn<Either> = Either extends { readonly name: infer Name extends string } ? Name : never;

/** TTLs in seconds by name, in the order of their names. */
export type Ttls = Readonly<Record<TtlName, number>>;

/** Default TTLs of a registry. */
export function ttlsOf(registry: Registry): Ttls {
  const declared = resourcesOf(registry).flatMap(({ ttl, expand }) => [
    ttl,
    ...expand.map((part) => part.ttl),
  ]);
  const entries = declared.filter(isTtl).map(({ name, seconds }) => [name, seconds] as const);
  const inOrder = entries.toSorted(([one], [other]) => (one < other ? -1 : 1));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets the key type
  return Object.freeze(Object.fromEntries(inOrder)) as Ttls;
}

/** Default TTLs. */
export const ttls = ttlsOf(resources);

function isTtl(ttl: Ttl | 'live' | undefined): ttl is Ttl {
  return typeof ttl === 'object';
}

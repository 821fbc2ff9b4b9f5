import { type AnyResource, type Registry, resources, resourcesOf } from '../datasources/index.ts';
import type { Cardinality } from '../datasources/resource.ts';

/** Names of the cardinalities that resources declare. */
type DeclaredName = NamesIn<AnyResource>;
type NamesIn<Each> = Each extends { readonly cardinalities: infer Declared }
  ? keyof Declared & string
  : never;

export type CardinalityName = DeclaredName | keyof typeof ofNoResource;
export type Cardinalities = Readonly<Record<CardinalityName, number>>;
export type DeclaredCardinalities = Readonly<Record<CardinalityName, Cardinality>>;

const ofNoResource = {
  namelessPerList: {
    most: 0,
    meaning: 'references of each kind, in a list, whose name the upstream left out',
  },
} as const satisfies Record<string, Cardinality>;

/**
 * Assumed maximum counts where only the upstream's answer could tell: a plan holds as long as these do. "A list" is a page
 * of interactions or campaigns, or the references of one entity.
 */
export function cardinalitiesOf(registry: Registry): DeclaredCardinalities {
  const declared: Record<string, Cardinality> = Object.assign(
    {},
    ...resourcesOf(registry).map((resource) => resource.cardinalities),
    ofNoResource,
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the registry declares all of these
  return declared as DeclaredCardinalities;
}

export const cardinalities = cardinalitiesOf(resources);

/** Cardinalities when none is set. */
export const usualCardinalities: Cardinalities = cardinalitiesWith(cardinalities, new Map());

/**
 * Parses cardinalities that differ from the declared ones: `name=number`, separated by commas or blanks. Returns the
 * cardinalities with the valid entries applied, and the problems of the others.
 */
export function parseCardinalities(
  text: string,
  declared: DeclaredCardinalities,
): {
  readonly cardinalities: Cardinalities;
  readonly problems: readonly string[];
} {
  const set = new Map<CardinalityName, number>();
  const problems: string[] = [];
  for (const entry of text.split(/[\s,]+/).filter((each) => each !== '')) {
    const [, name = '', number = ''] = /^(\w+)=(\d{1,6})$/.exec(entry) ?? [];
    if (!isCardinality(name, declared)) {
      problems.push(
        `must be name=number, apart by commas, the names being ${Object.keys(declared).join(', ')}: ${JSON.stringify(entry)} is not`,
      );
    } else if (set.has(name)) problems.push(`must not set ${name} twice`);
    else set.set(name, Number(number));
  }
  return { cardinalities: cardinalitiesWith(declared, set), problems };
}

function cardinalitiesWith(declared: DeclaredCardinalities, set: ReadonlyMap<string, number>): Cardinalities {
  const entries = Object.entries(declared).map(([name, { most }]) => [name, set.get(name) ?? most] as const);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets the key type
  return Object.freeze(Object.fromEntries(entries)) as Cardinalities;
}

export function isCardinality(name: string, declared: DeclaredCardinalities): name is CardinalityName {
  return Object.hasOwn(declared, name);
}

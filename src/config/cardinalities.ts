/**
 * Assumed maximum counts where only the upstream's answer could tell: a plan holds as long as these do. "A list" is a page
 * of interactions or campaigns, or the references of one entity.
 */
export const cardinalities = {
  campaignsPerPage: {
    most: 100,
    meaning: 'campaigns of a page, and so those that there are if they are fewer',
  },
  campaignsPerList: {
    most: 1,
    meaning: 'campaigns that the interactions of a list refer to, its own among them',
  },
  contactListsPerList: { most: 2, meaning: 'contact lists that the contacts of a list are in' },
  queuesPerList: { most: 100, meaning: 'queues that a list refers to' },
  scriptsPerList: { most: 10, meaning: 'scripts that a list refers to' },
  skillsPerInteraction: { most: 10, meaning: 'skills of an interaction' },
  skillsPerUser: { most: 50, meaning: 'skills of an agent' },
  skillsPerList: { most: 100, meaning: 'skills that a list refers to' },
  participantsPerConversation: { most: 10, meaning: 'participants of a conversation' },
  usersPerList: { most: 500, meaning: 'agents and other users that a list refers to' },
  namelessPerList: {
    most: 0,
    meaning: 'of each kind, references in a list whose name the upstream left out',
  },
} as const satisfies Record<string, { readonly most: number; readonly meaning: string }>;

export type CardinalityName = keyof typeof cardinalities;
export type Cardinalities = Readonly<Record<CardinalityName, number>>;

/** Cardinalities when none is set. */
export const usualCardinalities: Cardinalities = cardinalitiesWith(new Map());

/**
 * Parses cardinalities that differ from the usual ones: `name=number`, separated by commas or blanks. Returns the
 * cardinalities with the valid entries applied, and the problems of the others.
 */
export function parseCardinalities(text: string): {
  readonly cardinalities: Cardinalities;
  readonly problems: readonly string[];
} {
  const set = new Map<CardinalityName, number>();
  const problems: string[] = [];
  for (const entry of text.split(/[\s,]+/).filter((each) => each !== '')) {
    const [, name = '', number = ''] = /^(\w+)=(\d{1,6})$/.exec(entry) ?? [];
    if (!isCardinality(name)) {
      problems.push(
        `must be name=number, apart by commas, the names being ${Object.keys(cardinalities).join(', ')}: ${JSON.stringify(entry)} is not`,
      );
    } else if (set.has(name)) problems.push(`must not set ${name} twice`);
    else set.set(name, Number(number));
  }
  return { cardinalities: cardinalitiesWith(set), problems };
}

function cardinalitiesWith(set: ReadonlyMap<CardinalityName, number>): Cardinalities {
  const names = Object.keys(cardinalities).filter(isCardinality);
  const entries = names.map((name) => [name, set.get(name) ?? cardinalities[name].most] as const);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Object.fromEntries forgets the key type
  return Object.freeze(Object.fromEntries(entries)) as Cardinalities;
}

function isCardinality(name: string): name is CardinalityName {
  return Object.hasOwn(cardinalities, name);
}

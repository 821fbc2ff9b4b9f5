import type { Models } from 'purecloud-platform-client-v2';

import { iso } from './iso.ts';
import type { OrganisationUser } from './organisation.ts';
import { at, integerBetween, pick, randomFor, stableId } from './random.ts';

const GIVEN_NAMES =
  'Alva Bram Cleo Dario Edda Finn Greta Hale Ines Jory Kaia Levi Mona Nils Orla Piet Quinn Rosa Sven Tilda'.split(
    ' ',
  );
const FAMILY_NAMES =
  'Ashgrove Birchfield Cloverton Dunmoor Elmhurst Fernwick Goldacre Hazelby Ivyson Juniper Kestrel'.split(
    ' ',
  );
const TITLES = ['Agent', 'Senior agent', 'Collections specialist', 'Retention specialist', 'Trainee'];
const DEPARTMENTS = ['Sales', 'Service', 'Collections', 'Retention'];
const USERS = 220;
const MANAGERS = 5;

/** Fixed moment in the past: the base of static dates, and the beginning of the story. */
export const GENERATED_AT_MS = Date.UTC(2026, 0, 12, 8);

export function generatedDate(minutesBefore: number): string {
  return iso(GENERATED_AT_MS - minutesBefore * 60_000);
}

export function generateDivisions(seed: number): Models.AuthzDivision[] {
  return ['Home', 'North', 'South', 'Partners'].map((name, index) => {
    const id = stableId(seed, 'division', index);
    return {
      id,
      name,
      description: `Everything that belongs to ${name}`,
      homeDivision: index === 0,
      selfUri: `/api/v2/authorization/divisions/${id}`,
    };
  });
}

/**
 * As many people as have different names: five managers first, then their agents; every 12th is inactive, every 20th deleted.
 * Nobody is at work; presence and routing status of those who are come from the story.
 */
export function generateUsers(
  seed: number,
  divisions: readonly Models.AuthzDivision[],
  skills: readonly Models.RoutingSkill[],
): OrganisationUser[] {
  return Array.from({ length: USERS }, (_, index) => {
    const random = randomFor(seed, 'user', index);
    const id = userId(seed, index);
    const selfUri = `/api/v2/users/${id}`;
    const given = at(GIVEN_NAMES, index);
    const family = at(FAMILY_NAMES, index * 7);
    const email = `${given}.${family}@example.com`.toLowerCase();
    const isManager = index < MANAGERS;
    const managerId = userId(seed, index % MANAGERS);
    const state = index % 20 === 19 ? 'deleted' : index % 12 === 11 ? 'inactive' : 'active';
    return {
      id,
      name: `${given} ${family}`,
      division: refOf(at(divisions, index)),
      email,
      username: email,
      state,
      department: at(DEPARTMENTS, index),
      title: isManager ? 'Team lead' : pick(random, TITLES),
      version: integerBetween(random, 1, 40),
      ...(!isManager && { manager: { id: managerId, selfUri: `/api/v2/users/${managerId}` } }),
      presence: presenceOf(id, 'Offline', GENERATED_AT_MS),
      routingStatus: { userId: id, status: 'OFF_QUEUE', startTime: iso(GENERATED_AT_MS) },
      skills: skills
        .filter(() => random() < 0.3)
        .map((skill) => ({
          ...refOf(skill),
          proficiency: integerBetween(random, 1, 5),
          state: 'active',
          skillUri: skill.selfUri ?? '',
          // URI of the row below the user; the skill itself is at skillUri.
          selfUri: `${selfUri}/routingskills/${skill.id}`,
        })),
      selfUri,
    };
  });
}

export function presenceOf(id: string, systemPresence: string, sinceMs: number): Models.UserPresence {
  return {
    id,
    source: 'PURECLOUD',
    primary: true,
    presenceDefinition: { id: stableId('presence', systemPresence), systemPresence },
    modifiedDate: iso(sinceMs),
  };
}

function userId(seed: number, index: number): string {
  return stableId(seed, 'user', index);
}

/** Reference in the vendor's form. */
export function refOf({ id, name, selfUri }: Models.DomainEntityRef): Models.DomainEntityRef {
  return {
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(selfUri !== undefined && { selfUri }),
  };
}

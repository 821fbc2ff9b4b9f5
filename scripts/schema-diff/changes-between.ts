import { CriticalityLevel, diff, DiffRule } from '@graphql-inspector/core';
import type { GraphQLSchema } from 'graphql';
import { allowDueRemovals } from './allow-due-removals.ts';

/** One sentence for each change, sorted. */
export interface SchemaChanges {
  readonly safe: readonly string[];
  /** Changes that clients may not expect, such as a new enum value, and removals whose date has come. */
  readonly dangerous: readonly string[];
  readonly breaking: readonly string[];
}

/** Changes from one schema to another, descriptions left out. */
export async function changesBetween(before: GraphQLSchema, now: GraphQLSchema): Promise<SchemaChanges> {
  const rules = [DiffRule.ignoreDescriptionChanges, allowDueRemovals(new Date())];
  const changes = await diff(before, now, rules);
  const ofLevel = (level: CriticalityLevel) =>
    changes
      .filter(({ criticality }) => criticality.level === level)
      .map(({ message }) => message)
      .toSorted();
  return {
    safe: ofLevel(CriticalityLevel.NonBreaking),
    dangerous: ofLevel(CriticalityLevel.Dangerous),
    breaking: ofLevel(CriticalityLevel.Breaking),
  };
}

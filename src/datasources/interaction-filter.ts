import type { CampaignInteractionRecord, CampaignInteractionState } from './campaign-interactions.ts';
import type { DispositionValue } from './disposition.ts';
import { comparableId } from './wire/ids.ts';
import { orNull } from './wire/wire-record.ts';

/** Conditions on interactions, all of which must hold. Null or absent is no condition; an empty list matches nothing. */
export interface InteractionFilter {
  readonly states?: readonly CampaignInteractionState[] | null;
  readonly dispositions?: readonly DispositionValue[] | null;
  readonly agentIds?: readonly string[] | null;
  readonly queueIds?: readonly string[] | null;
  /** Matches interactions with at least one of these skills. */
  readonly skillIds?: readonly string[] | null;
  readonly activePreviewCall?: boolean | null;
  /** Exclusive. */
  readonly createdAfter?: Date | null;
  /** Exclusive. */
  readonly createdBefore?: Date | null;
}

/** True when the filter alone shows that nothing matches, so that no call is needed. */
export function matchesNothing(filter: InteractionFilter): boolean {
  const { states, dispositions, agentIds, queueIds, skillIds, createdAfter, createdBefore } = filter;
  return (
    [states, dispositions, agentIds, queueIds, skillIds].some((wanted) => wanted?.length === 0) ||
    (createdAfter != null && createdBefore != null && createdAfter >= createdBefore)
  );
}

/** An interaction whose value for a condition is absent or unreadable does not match. */
export function interactionMatcher(
  filter: InteractionFilter,
): (interaction: CampaignInteractionRecord) => boolean {
  const { activePreviewCall, createdAfter, createdBefore } = filter;
  const states = anyOf(filter.states);
  const dispositions = anyOf(filter.dispositions);
  const agentIds = anyId(filter.agentIds);
  const queueIds = anyId(filter.queueIds);
  const skillIds = anyId(filter.skillIds);
  return (interaction) =>
    (states?.(interaction.state) ?? true) &&
    (dispositions?.(orNull(() => interaction.disposition)) ?? true) &&
    (agentIds?.(orNull(() => interaction.agent?.id ?? null)) ?? true) &&
    (queueIds?.(orNull(() => interaction.queue?.id ?? null)) ?? true) &&
    (skillIds === null ||
      (orNull(() => interaction.skills)?.some((skill) => skillIds(orNull(() => skill.id))) ?? false)) &&
    (activePreviewCall == null || orNull(() => interaction.activePreviewCall) === activePreviewCall) &&
    isWithin(interaction.creationTimeMs, createdAfter, createdBefore);
}

function anyOf<Value>(
  wanted: readonly Value[] | null | undefined,
): ((value: Value | null | undefined) => boolean) | null {
  if (wanted == null) return null;
  const values = new Set<Value | null | undefined>(wanted);
  return (value) => values.has(value);
}

function anyId(wanted: readonly string[] | null | undefined): ((id: string | null) => boolean) | null {
  const isWanted = anyOf(wanted?.map(comparableId));
  return isWanted && ((id) => id !== null && isWanted(comparableId(id)));
}

function isWithin(
  ms: number | null,
  after: Date | null | undefined,
  before: Date | null | undefined,
): boolean {
  if (after == null && before == null) return true;
  return ms !== null && (after == null || ms > after.getTime()) && (before == null || ms < before.getTime());
}

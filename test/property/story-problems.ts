import type { Models } from 'purecloud-platform-client-v2';
import { LISTS, type Moment, type SandboxInTime, type Standing } from './sandbox-moment.ts';

/** Contradictions between the moments of an hour, in words. */
type Problems = Iterable<string>;

type List = Standing['list'];

export function isWaiting(list: List): boolean {
  return list === 'scheduledInteractions' || list === 'pendingInteractions';
}

export function isOnQueue({ presence }: Models.User): boolean {
  return presence?.presenceDefinition?.systemPresence === 'On Queue';
}

export function isRunning({ campaignStatus = '' }: Models.Campaign): boolean {
  return campaignStatus === 'on' || campaignStatus === 'stopping';
}

/** Each call waits in one list first, and passes the lists in one direction; only previewed calls have a preview. */
export function* stageProblems(hour: readonly Moment[]): Problems {
  const seen = new Map<string, { first: Standing; lists: List[]; isNew: boolean }>();
  for (const [index, { interactions }] of hour.entries()) {
    const beforeMs = hour[index - 1]?.atMs;
    for (const standing of interactions) {
      const id = standing.row.id ?? '';
      const call = seen.get(id) ?? { first: standing, lists: [], isNew: beforeMs !== undefined };
      const { creationTime = '' } = standing.row;
      if (call.lists.length === 0 && standing.list === 'pendingInteractions' && beforeMs !== undefined) {
        if (!(Date.parse(creationTime) > beforeMs))
          yield `call ${id} of ${creationTime} was not there before`;
      }
      call.lists.push(standing.list);
      seen.set(id, call);
    }
  }
  if (seen.size < 3_000) yield `only ${seen.size} calls were seen`;
  for (const [id, { first, lists, isNew }] of seen) {
    const { campaign, list, row } = first;
    const told = `call ${id} of the campaign ${campaign.name}: ${lists.join()}`;
    const places = lists.map((each) => LISTS.indexOf(each));
    if (places.some((place, index) => place < (places[index - 1] ?? 0))) yield `${told} go back`;
    if (isNew && !isWaiting(list)) yield `${told} begin without waiting`;
    if (new Set(lists.filter(isWaiting)).size > 1) yield `${told} wait in two lists`;
    if (lists.includes('previewingInteractions') && row.dialingMode !== 'preview') {
      yield `${told} have a preview`;
    }
  }
}

/** Agents, known by their calls, take those of one campaign; its figures and its queue's are those of its agents. */
export function* teamProblems(hour: readonly Moment[]): Problems {
  const teams = new Map<string, string>();
  for (const { row, campaign } of hour.flatMap(({ interactions }) => interactions)) {
    const { id } = row.agent ?? {};
    if (id === undefined) continue;
    if ((teams.get(id) ?? campaign.id) !== campaign.id) yield `agent ${id} has calls of two campaigns`;
    teams.set(id, campaign.id ?? '');
  }
  if (teams.size < 150) yield `only ${teams.size} agents were seen`;
  const called = new Set(teams.values());
  for (const { atMs, campaigns, users, queues, stats } of hour) {
    // Of a stopping campaign's agents only those are seen who still have a call.
    const lasting = campaigns.filter(
      ({ id = '', campaignStatus }) => called.has(id) && campaignStatus !== 'stopping',
    );
    for (const { id = '', queue } of lasting) {
      const team = [...teams].flatMap(([userId, campaignId]) =>
        campaignId === id ? (users.get(userId) ?? []) : [],
      );
      const idle = team.filter(({ routingStatus }) => routingStatus?.status === 'IDLE').length;
      const joined = team.filter(isOnQueue).length;
      const { idleAgents, effectiveIdleAgents } = stats.get(id) ?? {};
      const { memberCount = 0, joinedMemberCount } = queues.get(queue?.id ?? '') ?? {};
      const told = `campaign ${id} at ${atMs}`;
      if (idleAgents !== idle) yield `${told}: ${idleAgents} idle agents, but ${idle} are idle`;
      if (effectiveIdleAgents !== idle)
        yield `${told}: ${effectiveIdleAgents} effective, but ${idle} are idle`;
      if (joinedMemberCount !== joined) yield `${told}: ${joinedMemberCount} joined, but ${joined} are there`;
      if (memberCount < team.length) yield `${told}: ${memberCount} members, but ${team.length} work`;
    }
  }
}

/** A state begins between the look that does not see it yet and the look that sees it, and keeps its beginning. */
export function* beginningProblems(hour: readonly Moment[]): Problems {
  for (const [index, { atMs, users }] of hour.entries()) {
    const before = hour[index - 1];
    for (const [id, user] of users) {
      const earlier = statesOf(before?.users.get(id));
      for (const [place, [state, since]] of statesOf(user).entries()) {
        const told = `user ${id} is ${state} at ${atMs} since ${since}`;
        if (!(Date.parse(since) <= atMs)) yield `${told}, which is to come`;
        const [stateBefore, sinceBefore] = earlier[place] ?? [];
        // Only a call can follow another one between two looks.
        const mayBeNew = state !== stateBefore || state === 'INTERACTING';
        if (before === undefined || (mayBeNew && Date.parse(since) > before.atMs)) continue;
        if (state !== stateBefore || since !== sinceBefore) {
          yield `${told}, but was ${stateBefore} since ${sinceBefore} at ${before.atMs}`;
        }
      }
    }
  }
}

function statesOf(user: Models.User | undefined): (readonly [state: string, since: string])[] {
  const { presence, routingStatus } = user ?? {};
  return [
    [presence?.presenceDefinition?.systemPresence ?? '', presence?.modifiedDate ?? ''],
    [routingStatus?.status ?? '', routingStatus?.startTime ?? ''],
  ];
}

/** Calls stand in the records of their contacts when they have gone, with their result. */
export async function recordProblems(
  sandbox: SandboxInTime,
  hour: readonly Moment[],
): Promise<readonly string[]> {
  const { atMs = 0, interactions = [] } = hour.at(-1) ?? {};
  const underWay = new Set(interactions.map(({ row }) => row.contact?.id));
  const placed = new Map<string, { placedMs: number; listId: string }>();
  for (const { row, campaign } of hour.flatMap((moment) => moment.interactions)) {
    if (row.callPlacedTime === undefined || underWay.has(row.contact?.id)) continue;
    const placedMs = Date.parse(row.callPlacedTime);
    placed.set(row.contact?.id ?? '', { placedMs, listId: campaign.contactList.id ?? '' });
  }
  const problems: string[] = placed.size < 2_000 ? [`only ${placed.size} calls have gone`] : [];
  for (const listId of new Set([...placed.values()].map((call) => call.listId))) {
    const ids = [...placed].flatMap(([id, call]) => (call.listId === listId ? [id] : []));
    // oxlint-disable-next-line eslint/no-await-in-loop -- the sandbox has one clock
    const contacts = await sandbox.contactsAt(atMs, listId, ids);
    for (const id of ids) {
      const { lastAttempt = '', lastResult = '' } = contacts.get(id)?.callRecords?.['Phone'] ?? {};
      const placedMs = placed.get(id)?.placedMs ?? NaN;
      // Another call may have begun and ended since the one that was seen.
      if (!(Date.parse(lastAttempt) >= placedMs)) problems.push(`contact ${id}: no record of ${placedMs}`);
      if (lastResult === '') problems.push(`contact ${id}: no result of ${lastAttempt}`);
    }
  }
  return problems;
}

/**
 * The number of contacts called grows by the contacts whose last attempt is of that time, and starts over with the list.
 * @param everyMs time between two looks at all contacts.
 */
export async function progressProblems(
  sandbox: SandboxInTime,
  hour: readonly Moment[],
  everyMs: number,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const looks = hour.filter(({ atMs }) => (atMs - (hour[0]?.atMs ?? 0)) % everyMs === 0);
  let compared = 0;
  for (const [index, { atMs, campaigns, progress }] of looks.entries()) {
    const before = looks[index - 1];
    if (before === undefined) continue;
    for (const campaign of campaigns) {
      const { id = '', contactList } = campaign;
      const called = progress.get(id)?.numberOfContactsCalled ?? NaN;
      const calledBefore = before.progress.get(id)?.numberOfContactsCalled ?? NaN;
      const told = `campaign ${id} at ${atMs}: ${called} called after ${calledBefore}`;
      if (!isRunning(campaign)) {
        if (called !== calledBefore) problems.push(`${told}, although it does not run`);
        continue;
      }
      const listId = contactList.id ?? '';
      // oxlint-disable-next-line eslint/no-await-in-loop -- the sandbox has one clock
      const contacts = await sandbox.contactsAt(atMs, listId, sandbox.contactIds(listId));
      const since = [...contacts.values()].filter(({ callRecords }) => {
        const attemptMs = Date.parse(callRecords?.['Phone']?.lastAttempt ?? '');
        return attemptMs > before.atMs && attemptMs <= atMs;
      }).length;
      if (called < calledBefore) continue;
      compared += 1;
      if (called !== calledBefore + since) problems.push(`${told}, but ${since} have a record of that time`);
    }
  }
  return compared < 20 ? [...problems, `only ${compared} figures were compared`] : problems;
}

/**
 * What became of the calls adds up to the contacts called, and is told alike by both kinds of statistics; connects, right
 * parties and successes grow until the list starts over.
 */
export function* outcomeProblems(moments: readonly Moment[]): Problems {
  for (const [index, { atMs, progress, stats, ownStats }] of moments.entries()) {
    for (const [id, own] of ownStats) {
      const { attempts = NaN, connects = NaN, connectRatio = NaN } = own.contactRate ?? {};
      const {
        successCount = NaN,
        neutralCount = NaN,
        failureCount = NaN,
      } = own.businessCategoryMetrics ?? {};
      const { rightPartyContactsCount: rightParties = NaN } = own;
      const told = `campaign ${id} at ${atMs}: ${JSON.stringify(own)}`;
      const { numberOfContactsCalled } = progress.get(id) ?? {};
      if (attempts !== numberOfContactsCalled) yield `${told}, but ${numberOfContactsCalled} called`;
      if (successCount + neutralCount + failureCount !== attempts) yield `${told} do not add up`;
      const falling = [attempts, connects, rightParties, successCount, 0];
      if (!isDescending(falling) || !(neutralCount >= 0 && failureCount >= 0))
        yield `${told} have more than all`;
      if (Math.round(connectRatio * attempts) !== connects) yield `${told} have another ratio`;
      const { contactRate, rightPartyContactsCount } = stats.get(id) ?? {};
      if (contactRate?.connectRatio !== connectRatio || rightPartyContactsCount !== rightParties) {
        yield `${told}, but the figures of many are ${JSON.stringify(stats.get(id))}`;
      }
      const before = moments[index - 1]?.ownStats.get(id);
      if (before === undefined || attempts < (before.contactRate?.attempts ?? NaN)) continue;
      const grown: (readonly [number, number | undefined])[] = [
        [connects, before.contactRate?.connects],
        [rightParties, before.rightPartyContactsCount],
        [successCount, before.businessCategoryMetrics?.successCount],
        [failureCount, before.businessCategoryMetrics?.failureCount],
      ];
      if (grown.some(([now, then = NaN]) => !(now >= then))) yield `${told} after ${JSON.stringify(before)}`;
    }
  }
}

function isDescending(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => number <= (numbers[index - 1] ?? Infinity));
}

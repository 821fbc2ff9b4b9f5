import * as fc from 'fast-check';
import type { Models } from 'purecloud-platform-client-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateOrganisation } from '../../src/sandbox/generate-organisation.ts';
import { GENERATED_AT_MS } from '../../src/sandbox/generate-people.ts';
import type { Organisation } from '../../src/sandbox/organisation.ts';
import { propertyRuns, timeout } from './property-runs.ts';
import {
  type LISTS,
  sandboxInTime,
  type Moment,
  type SandboxInTime,
  type Standing,
} from './sandbox-moment.ts';
import {
  beginningProblems,
  outcomeProblems,
  isOnQueue,
  isRunning,
  isWaiting,
  progressProblems,
  recordProblems,
  stageProblems,
  teamProblems,
} from './story-problems.ts';

const SEEDS = [1, 2, 3];
const YEAR_MS = 31_536_000_000;
const HOUR_MS = 3_600_000;
const STEP_MS = 20_000;
/** Time between two looks at all contacts. */
const CONTACTS_MS = 600_000;
/** A moment is hundreds of rows over HTTP, and an hour is hundreds of moments. */
const momentRuns = { ...propertyRuns, numRuns: Math.ceil(propertyRuns.numRuns / 4) };
const orderRuns = { ...propertyRuns, numRuns: Math.ceil(propertyRuns.numRuns / 10) };
const hourRuns = {
  ...propertyRuns,
  numRuns: Math.ceil(propertyRuns.numRuns / 100),
  interruptAfterTimeLimit: propertyRuns.interruptAfterTimeLimit * 3,
};

const seeds = fc.constantFrom(...SEEDS);
/** Before the beginning, states that never change begin again every four weeks. */
const laterMoments = fc.integer({ min: GENERATED_AT_MS, max: GENERATED_AT_MS + 50 * YEAR_MS });
/** A quarter of the moments lie before the beginning of the story: one in fifty would not be asked for in a run. */
const moments = fc.oneof(
  { weight: 1, arbitrary: fc.integer({ min: GENERATED_AT_MS - YEAR_MS, max: GENERATED_AT_MS }) },
  { weight: 3, arbitrary: laterMoments },
);

const organisations = new Map<number, Organisation>();
const sandboxes = new Map<number, SandboxInTime>();

beforeAll(async () => {
  for (const seed of SEEDS) {
    const organisation = generateOrganisation(seed);
    organisations.set(seed, organisation);
    sandboxes.set(seed, await sandboxInTime(organisation));
  }
});

afterAll(async () => {
  await Promise.all([...sandboxes.values()].map((sandbox) => sandbox.close()));
});

function organisationOf(seed: number): Organisation {
  const organisation = organisations.get(seed);
  if (organisation === undefined) throw new TypeError(`There is no organisation with the seed ${seed}`);
  return organisation;
}

const seconds = new Map<number, Organisation>();
/** Another organisation with the seed, which nobody else asks. */
function secondOf(seed: number): Organisation {
  const organisation = seconds.get(seed) ?? generateOrganisation(seed);
  seconds.set(seed, organisation);
  return organisation;
}

function sandboxOf(seed: number): SandboxInTime {
  const sandbox = sandboxes.get(seed);
  if (sandbox === undefined) throw new TypeError(`There is no sandbox with the seed ${seed}`);
  return sandbox;
}

function idsOf(rows: readonly { readonly id?: string }[]): string[] {
  return rows.map(({ id = '' }) => id);
}

/** The moment from which on the agent of an interaction is busy with it. */
function busySince({ row }: Standing): string | undefined {
  return row.previewConnectedTime ?? row.callRoutedTime;
}

function stateOf(user: Models.User | undefined): unknown[] {
  const { presence, routingStatus } = user ?? {};
  return [presence?.presenceDefinition?.systemPresence, routingStatus?.status, routingStatus?.startTime];
}

function sum(numbers: readonly (number | undefined)[]): number {
  return numbers.reduce<number>((total, one = NaN) => total + one, 0);
}

/** Items of which the condition is true, and the others. */
function parted<Item>(items: readonly Item[], condition: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(condition), items.filter((item) => !condition(item))];
}

describe('at any moment', () => {
  test(
    'every state of a person has begun',
    () =>
      fc.assert(
        fc.asyncProperty(seeds, moments, async (seed, atMs) => {
          expect([...beginningProblems([await sandboxOf(seed).momentAt(atMs)])]).toEqual([]);
        }),
        momentRuns,
      ),
    timeout,
  );

  test(
    'nobody is in two calls, and whoever is in one is on the queue and interacting since it began; nobody else is interacting',
    () =>
      fc.assert(
        fc.asyncProperty(seeds, moments, async (seed, atMs) => {
          const { interactions, users } = await sandboxOf(seed).momentAt(atMs);
          const withAgent = interactions.filter(({ row }) => row.agent !== undefined);
          const agents = withAgent.map(({ row }) => row.agent?.id ?? '');
          expect(new Set(agents).size).toBe(agents.length);
          const isBusyList = ({ list, row }: Standing) =>
            list === 'interactingInteractions' || (row.dialingMode === 'preview' && !isWaiting(list));
          expect(withAgent).toEqual(interactions.filter(isBusyList));
          expect(agents.length).toBeGreaterThan(50);
          expect(agents.map((id) => stateOf(users.get(id)))).toEqual(
            withAgent.map((standing) => ['On Queue', 'INTERACTING', busySince(standing)]),
          );
          const interacting = [...users.values()].filter(
            ({ routingStatus }) => routingStatus?.status === 'INTERACTING',
          );
          expect(new Set(idsOf(interacting))).toEqual(new Set(agents));
        }),
        momentRuns,
      ),
    timeout,
  );

  test(
    'figures of campaigns and queues are those of the lists, and campaigns that do not run have neither calls nor agents, nor has a stopping one new calls',
    () =>
      fc.assert(
        fc.asyncProperty(seeds, moments, async (seed, atMs) => {
          const moment = await sandboxOf(seed).momentAt(atMs);
          const { campaigns, interactions, stats, users, queues, progress } = moment;
          for (const campaign of campaigns) {
            const { id = '' } = campaign;
            const own = interactions.filter((each) => each.campaign.id === id);
            const count = (wanted: (typeof LISTS)[number]) =>
              own.filter(({ list }) => list === wanted).length;
            expect(stats.get(id)).toMatchObject({
              outstandingCalls: count('proceedingInteractions'),
              scheduledCalls: count('scheduledInteractions'),
              progress: { percentage: progress.get(id)?.percentage },
              ...(!isRunning(campaign) && { idleAgents: 0, effectiveIdleAgents: 0 }),
            });
            const isStopping = campaign.campaignStatus === 'stopping' && atMs >= GENERATED_AT_MS;
            // What a stopping campaign has begun is over after two turns.
            if (isStopping && atMs < GENERATED_AT_MS + 300_000) continue;
            const isCalling = isRunning(campaign) && !isStopping;
            expect({ id, isCalling: own.length > 0 }).toEqual({ id, isCalling });
          }
          expect([...outcomeProblems([moment])]).toEqual([]);
          const people = [...users.values()];
          const members = [...queues.values()];
          expect(sum(members.map(({ joinedMemberCount }) => joinedMemberCount))).toBe(
            people.filter(isOnQueue).length,
          );
          expect(sum(members.map(({ memberCount }) => memberCount))).toBe(
            people.filter(({ state, manager }) => state === 'active' && manager !== undefined).length,
          );
        }),
        momentRuns,
      ),
    timeout,
  );

  test(
    'nobody is called twice at once, and a call that is placed stands in the record of its contact, with its result once that is known',
    () =>
      fc.assert(
        fc.asyncProperty(seeds, moments, async (seed, atMs) => {
          const sandbox = sandboxOf(seed);
          const { interactions } = await sandbox.momentAt(atMs);
          const contacted = interactions.map(({ row }) => row.contact?.id ?? '');
          expect(new Set(contacted).size).toBe(contacted.length);
          for (const { id: listId = '' } of organisationOf(seed).contactLists) {
            const calls = interactions.filter(({ campaign }) => campaign.contactList.id === listId);
            const ids = calls.map(({ row }) => row.contact?.id ?? '');
            const contacts = await sandbox.contactsAt(atMs, listId, ids);
            const recordOf = ({ row }: Standing) => {
              const { callable, callRecords } = contacts.get(row.contact?.id ?? '') ?? {};
              return { callable, ...callRecords?.['Phone'] };
            };
            const [placed, before] = parted(calls, ({ row }) => row.callPlacedTime !== undefined);
            expect(placed.map(recordOf)).toEqual(
              placed.map(({ row: { callPlacedTime, disposition } }) => ({
                callable: !/uncallable/i.test(disposition ?? ''),
                lastAttempt: callPlacedTime,
                ...(disposition !== undefined && { lastResult: disposition }),
              })),
            );
            expect(
              before.filter(({ list }) => !isWaiting(list) && list !== 'previewingInteractions'),
            ).toEqual([]);
            expect(before.filter((call) => recordOf(call).callable !== true)).toEqual([]);
            expect(
              before.filter((call) => !((recordOf(call).lastAttempt ?? '') < (call.row.creationTime ?? ''))),
            ).toEqual([]);
          }
        }),
        momentRuns,
      ),
    timeout,
  );

  test(
    'participants of a conversation come and go with the stages of its call',
    () =>
      fc.assert(
        fc.asyncProperty(seeds, moments, async (seed, atMs) => {
          const { interactions } = await sandboxOf(seed).momentAt(atMs);
          for (const standing of interactions.filter(({ list }) => !isWaiting(list))) {
            const { row, list } = standing;
            const participants = row.conversation?.participants ?? [];
            const of = (purpose: string) => participants.find((one) => one.purpose === purpose);
            const [customer, acd, agent] = [of('customer'), of('acd'), of('agent')];
            expect(customer?.startTime).toBe(row.callPlacedTime);
            expect([agent?.userId, agent?.startTime]).toEqual([row.agent?.id, busySince(standing)]);
            expect(acd?.endTime).toBe(agent?.startTime);
            const isPreview = row.dialingMode === 'preview';
            const queued = isPreview || acd === undefined ? agent?.startTime : customer?.connectedTime;
            expect(acd?.startTime).toBe(queued);
            expect(agent?.wrapup !== undefined).toBe(
              list === 'interactingInteractions' && customer?.endTime !== undefined,
            );
            const times = [
              acd?.startTime,
              // In a preview the agent comes before the customer.
              isPreview ? undefined : customer?.connectedTime,
              agent?.startTime,
              customer?.endTime,
              new Date(atMs).toISOString(),
            ].filter((time) => time !== undefined);
            expect(times).toEqual(times.toSorted());
          }
        }),
        momentRuns,
      ),
    timeout,
  );
});

test(
  'moments have the same story in any order, in every sandbox of the seed',
  () =>
    fc.assert(
      fc.property(seeds, fc.array(moments, { minLength: 2, maxLength: 5 }), (seed, asked) => {
        const told = (organisation: Organisation, atMs: number) => {
          const { campaigns, users, queues } = organisation;
          return [
            ...campaigns.flatMap(({ id = '' }) => [
              organisation.interactions(id, atMs),
              organisation.stats(id, atMs),
            ]),
            ...users.map((user) => organisation.userAt(user, atMs)),
            ...queues.map((queue) => organisation.queueAt(queue, atMs)),
          ].map((row) => JSON.stringify(row));
        };
        const [one, other] = [organisationOf(seed), secondOf(seed)];
        const forward = asked.map((atMs) => told(one, atMs));
        const backward = asked.toReversed().map((atMs) => told(other, atMs));
        for (const [index, rows] of backward.toReversed().entries()) {
          expect(rows.filter((row, place) => row !== forward[index]?.[place])).toEqual([]);
        }
      }),
      orderRuns,
    ),
  timeout,
);

test(
  'over an hour calls pass their stages in order and leave a record, agents keep to one campaign, states keep their beginning, outcomes add up and grow, and idle agents, members and progress are those of the lists',
  () =>
    fc.assert(
      fc.asyncProperty(seeds, laterMoments, async (seed, beginMs) => {
        const sandbox = sandboxOf(seed);
        const hour: Moment[] = [];
        for (let atMs = beginMs; atMs <= beginMs + HOUR_MS; atMs += STEP_MS) {
          // oxlint-disable-next-line eslint/no-await-in-loop -- the sandbox has one clock
          hour.push(await sandbox.momentAt(atMs));
        }
        expect([...stageProblems(hour)]).toEqual([]);
        expect([...teamProblems(hour)]).toEqual([]);
        expect([...beginningProblems(hour)]).toEqual([]);
        expect([...outcomeProblems(hour)]).toEqual([]);
        expect(await recordProblems(sandbox, hour)).toEqual([]);
        expect(await progressProblems(sandbox, hour, CONTACTS_MS)).toEqual([]);
      }),
      hourRuns,
    ),
  timeout * 3,
);

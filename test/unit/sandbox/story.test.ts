import { describe, expect, test } from 'vitest';

import { createCampaignCalls } from '../../../src/sandbox/campaign-calls.ts';
import { generateContactLists, generateContacts } from '../../../src/sandbox/generate-contacts.ts';
import { generateDivisions, generateUsers, GENERATED_AT_MS } from '../../../src/sandbox/generate-people.ts';
import { contactOf, createStory } from '../../../src/sandbox/story.ts';
import { attemptNumberOf, createTeam, dutyOf, placeOfAttempt } from '../../../src/sandbox/team.ts';

const MODES = ['preview', 'predictive', 'progressive', 'power', 'agentless'];
const MINUTE_MS = 60_000;
const AT_MS = Date.UTC(2026, 5, 1, 9);
const divisions = generateDivisions(1);
const users = generateUsers(1, divisions, []);
const [list] = generateContactLists(1, divisions);
const contacts = [
  ...(generateContacts(1, list === undefined ? [] : [list])
    .values()
    .next()
    .value?.values() ?? []),
];

/** Story of twenty agents who take the calls of one campaign, of three in a queue without one, and of one at a desk. */
function storyOf(dialingMode: string, campaignStatus = 'on') {
  const agents = dialingMode === 'agentless' ? [] : users.slice(5, 25);
  const campaign = { id: 'campaign', name: 'Campaign', dialingMode, campaignStatus };
  return createStory({
    seed: 1,
    beginsAtMs: GENERATED_AT_MS,
    teams: [
      {
        queueId: 'busy',
        agents,
        running: {
          campaign: { ...campaign, contactList: {}, phoneColumns: [], callerName: '', callerAddress: '' },
          lines: 20,
          contacts,
          calledBefore: 300,
        },
      },
      { queueId: 'calm', agents: users.slice(25, 28), running: null },
    ],
    others: users.slice(0, 1),
  });
}

const anHour = Array.from({ length: 60 }, (_, minute) => AT_MS + minute * MINUTE_MS);

describe.each(MODES)('in %s mode', (dialingMode) => {
  const team = createTeam({ seed: 1, id: 'campaign', dialingMode, seats: 20 });

  test('attempts are numbered without a gap, turn by turn, and are found by their number', () => {
    const numbers: number[] = [];
    for (let turn = -30; turn < 30; turn += 1) {
      for (let seat = 0; seat < team.seats; seat += 1) {
        if (dutyOf(team, { seat, turn }) !== 'calls') continue;
        const number = attemptNumberOf(team, { seat, turn });
        expect(placeOfAttempt(team, number)).toEqual({ seat, turn });
        numbers.push(...Array.from({ length: team.attemptsPerTurn }, (_, index) => number + index));
      }
    }
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? NaN) + index));
    const calls = createCampaignCalls(team);
    expect(numbers.map((number) => calls.attempt(number).number)).toEqual(numbers);
  });

  test('calls placed between two moments are as many as the count of placed calls has grown', () => {
    const calls = createCampaignCalls(team);
    const first = attemptNumberOf(team, { seat: 0, turn: calls.turnOf(0, AT_MS - 10 * MINUTE_MS).turn });
    const around = Array.from({ length: 2_000 }, (_, index) => calls.attempt(first + index).placedAtMs);
    const until = AT_MS + 20 * MINUTE_MS;
    const placed = around.filter((placedAtMs) => placedAtMs > AT_MS && placedAtMs <= until).length;
    expect(placed).toBeGreaterThan(50);
    expect(calls.placedBefore(until) - calls.placedBefore(AT_MS)).toBe(placed);
  });

  test('a stopping campaign goes on with the calls that it has begun, and then has none', () => {
    const story = storyOf(dialingMode, 'stopping');
    const callsAt = (atMs: number) => story.campaignAt('campaign', atMs)?.calls ?? [];
    expect(callsAt(GENERATED_AT_MS).length).toBeGreaterThan(3);
    for (let atMs = GENERATED_AT_MS; atMs < GENERATED_AT_MS + 10 * MINUTE_MS; atMs += 1_000) {
      for (const { attempt } of callsAt(atMs))
        expect(attempt.startsAtMs).toBeLessThanOrEqual(GENERATED_AT_MS);
    }
    const endMs = GENERATED_AT_MS + 6 * MINUTE_MS;
    expect(callsAt(endMs)).toEqual([]);
    expect(callsAt(AT_MS)).toEqual([]);
    const called = story.contactsCalled('campaign', endMs) ?? NaN;
    expect(story.contactsCalled('campaign', AT_MS)).toBe(called);
    const recordsAt = (atMs: number) => contacts.map(({ id = '' }) => story.contactAt(id, atMs)?.callRecord);
    expect(recordsAt(AT_MS)).toEqual(recordsAt(endMs));
    const lastAttempts = recordsAt(endMs).map((record) => record?.lastAttempt ?? '');
    const since = lastAttempts.filter((attempt) => Date.parse(attempt) > GENERATED_AT_MS);
    expect(since).toHaveLength(called - 300);
  });

  test('connects are the calls of this round of the list in which somebody was reached', () => {
    const story = storyOf(dialingMode);
    const running = story.campaigns.get('campaign');
    for (let atMs = AT_MS; atMs < AT_MS + 12 * 60 * MINUTE_MS; atMs += 100 * MINUTE_MS) {
      const attempts = story.contactsCalled('campaign', atMs) ?? NaN;
      const [last = NaN] = (running?.calls.callsAt(atMs) ?? []).map(({ attempt }) => attempt.number);
      const calls = Array.from({ length: contacts.length + 600 }, (_, index) =>
        running?.calls.attempt(last + 300 - index),
      ).filter((call) => call !== undefined && call.placedAtMs <= atMs);
      const ofRound = calls
        .toSorted(
          (a, b) => (b?.placedAtMs ?? 0) - (a?.placedAtMs ?? 0) || (b?.number ?? 0) - (a?.number ?? 0),
        )
        .slice(0, attempts);
      const connects = ofRound.filter((call) => call?.isReached === true && call.analysedAtMs <= atMs).length;
      expect(story.outcomesAt('campaign', atMs)).toMatchObject({ attempts: ofRound.length, connects });
      expect(ofRound).toHaveLength(attempts);
    }
  });

  test('the record of each contact is that of its last call', () => {
    const story = storyOf(dialingMode);
    const running = story.campaigns.get('campaign');
    if (running === undefined) throw new TypeError('The campaign does not run');
    for (const { attempt, stage } of story.campaignAt('campaign', AT_MS)?.calls ?? []) {
      const record = story.contactAt(contactOf(running, attempt).id ?? '', AT_MS)?.callRecord;
      const placed = new Date(attempt.placedAtMs).toISOString();
      expect({ stage, isOfCall: record?.lastAttempt === placed }).toEqual({
        stage,
        isOfCall: stage === 'proceeding' || stage === 'interacting',
      });
    }
    expect(story.contactAt('nobody', AT_MS)).toBeUndefined();
  });
});

test('a campaign goes on where it was at the beginning, and starts over at the end of its list', () => {
  const story = storyOf('predictive');
  expect(story.contactsCalled('campaign', GENERATED_AT_MS)).toBe(300);
  const called = anHour.map((atMs) => story.contactsCalled('campaign', atMs + 40 * MINUTE_MS) ?? NaN);
  expect(Math.max(...called)).toBeLessThan(contacts.length);
  expect(story.contactsCalled('campaign', GENERATED_AT_MS + 5 * MINUTE_MS)).toBeGreaterThan(300);
  const drops = anHour.filter((_, index) => (called[index] ?? 0) < (called[index - 1] ?? 0));
  expect(drops.length).toBeLessThanOrEqual(1);
});

describe('a queue', () => {
  test('has its members with their calls, which are those of its campaign', () => {
    const story = storyOf('predictive');
    for (const atMs of anHour) {
      const { members, joined } = story.queueAt('busy', atMs);
      expect(members.map(({ user }) => user.id)).toEqual(users.slice(5, 25).map(({ id }) => id));
      expect(members.filter(({ presence }) => presence === 'On Queue')).toHaveLength(joined);
      const { calls = [], idleAgents } = story.campaignAt('campaign', atMs) ?? {};
      const talking = calls.filter(({ stage }) => stage === 'interacting').map(({ attempt }) => attempt.key);
      expect(members.flatMap(({ call }) => call?.key ?? [])).toEqual(talking);
      expect(members.filter(({ activity }) => activity === 'idle')).toHaveLength(idleAgents ?? NaN);
      for (const { user, ...state } of members) expect(story.agentAt(user.id ?? '', atMs)).toEqual(state);
    }
  });

  test('has as waiting the calls that were answered, until their agent has them', () => {
    const story = storyOf('predictive');
    let waited = 0;
    for (let atMs = AT_MS; atMs < AT_MS + 10 * MINUTE_MS; atMs += 500) {
      for (const { analysedAtMs, begins } of story.queueAt('busy', atMs).waiting) {
        expect(analysedAtMs).toBeLessThanOrEqual(atMs);
        expect(begins.get('interacting')).toBeGreaterThan(atMs);
        waited += 1;
      }
    }
    expect(waited).toBeGreaterThan(20);
  });

  test('has idle members and no calls where no campaign runs, and nobody where it is unknown', () => {
    const story = storyOf('predictive');
    for (const atMs of anHour) {
      const { members, waiting } = story.queueAt('calm', atMs);
      expect(waiting).toEqual([]);
      expect(members.map(({ call }) => call)).toEqual([null, null, null]);
    }
    const statuses = anHour.flatMap((atMs) =>
      story.queueAt('calm', atMs).members.map(({ routingStatus }) => routingStatus),
    );
    expect(statuses.filter((status) => status === 'IDLE').length).toBeGreaterThan(100);
    expect(story.queueAt('nowhere', AT_MS)).toEqual({ members: [], joined: 0, waiting: [] });
  });
});

test('people at a desk have presences and no calls, and nobody else has a state', () => {
  const story = storyOf('preview');
  const states = Array.from({ length: 100 }, (_, hour) =>
    story.agentAt(users[0]?.id ?? '', AT_MS + hour * 60 * MINUTE_MS),
  );
  expect(new Set(states.map((state) => state?.presence)).size).toBeGreaterThan(2);
  expect(states.every((state) => state?.routingStatus === 'OFF_QUEUE' && state.call === null)).toBe(true);
  expect(story.agentAt(users[59]?.id ?? '', AT_MS)).toBeUndefined();
  expect(story.campaignAt('another', AT_MS)).toBeUndefined();
  expect(story.contactsCalled('another', AT_MS)).toBeUndefined();
  expect(story.outcomesAt('another', AT_MS)).toBeUndefined();
});

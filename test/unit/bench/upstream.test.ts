import { describe, expect, test } from 'vitest';
import { CallLog } from '../../../bench/upstream/call-log.ts';
import {
  campaignIds,
  largeCampaignId,
  namedCampaignIds,
  queueId,
} from '../../../bench/upstream/campaigns.ts';
import { findBulk, findRead } from '../../../bench/upstream/find-answer.ts';
import { prepareAnswers } from '../../../bench/upstream/prepared-answers.ts';

interface Ref {
  readonly id: string;
  readonly name?: string;
  readonly selfUri: string;
}

interface Row {
  readonly agent: Ref;
  readonly contact: Ref;
  readonly queue: Ref;
  readonly script: Ref;
  readonly skills: readonly Ref[];
}

const answers = prepareAnswers();
const users = [...answers.users.keys()];

function rowsOf(campaignId: string | undefined): Row[] {
  const path = `/api/v2/outbound/campaigns/${campaignId}/interactions`;
  const { campaign: _campaign, ...lists } = JSON.parse(String(findRead(answers, path, '')?.body));
  return Object.values<Row[]>(lists).flat();
}

function listedUsers(query: string): string[] {
  const { entities } = JSON.parse(String(findRead(answers, '/api/v2/users', query)?.body));
  return entities.map(({ id }: Ref) => id);
}

describe('a hundred interactions', () => {
  const rows = rowsOf(campaignIds[0]);
  const distinct = (refs: readonly Ref[]) => new Set(refs.map(({ id }) => id)).size;

  test('refer to 60 agents, 100 contacts of one list, 5 queues, 3 scripts and 20 skills', () => {
    expect({
      rows: rows.length,
      agents: distinct(rows.map(({ agent }) => agent)),
      contacts: distinct(rows.map(({ contact }) => contact)),
      lists: new Set(rows.map(({ contact }) => contact.selfUri.split('/')[5])).size,
      queues: distinct(rows.map(({ queue }) => queue)),
      scripts: distinct(rows.map(({ script }) => script)),
      skills: distinct(rows.flatMap(({ skills }) => skills)),
    }).toEqual({ rows: 100, agents: 60, contacts: 100, lists: 1, queues: 5, scripts: 3, skills: 20 });
  });

  test('name only some of their agents, except in campaigns that name all', () => {
    const names = (each: readonly Row[]) => each.map(({ agent }) => agent.name !== undefined);
    expect(new Set(names(rows))).toEqual(new Set([true, false]));
    expect(new Set(names(rowsOf(namedCampaignIds[0])))).toEqual(new Set([true]));
  });

  test('have two or three different skills each', () => {
    for (const { skills } of rows) expect([2, 3]).toContain(distinct(skills));
  });
});

test('the large campaign has a thousand interactions', () => {
  expect(rowsOf(largeCampaignId)).toHaveLength(1000);
});

describe('a listing', () => {
  test('has exactly the ids asked for, in another order, whether they are repeated or joined by commas', () => {
    const asked = users.slice(0, 60);
    const answered = listedUsers(`state=any&pageSize=100&${asked.map((id) => `id=${id}`).join('&')}`);
    expect(answered).not.toEqual(asked);
    expect(answered.toSorted()).toEqual(asked.toSorted());
    expect(listedUsers(`state=any&pageSize=100&id=${asked.join('%2C')}`)).toEqual(answered);
  });

  test('has 25 rows unless pageSize is larger, and leaves out inactive users unless state is any', () => {
    const asked = users.slice(0, 60).map((id) => `id=${id}`);
    expect(listedUsers(['state=any', ...asked].join('&'))).toHaveLength(25);
    expect(listedUsers(['pageSize=100', ...asked].join('&')).length).toBeLessThan(60);
  });

  test('leaves out unknown ids', () => {
    const { body } = findRead(answers, '/api/v2/routing/queues', `id=unknown&id=${queueId}`) ?? {};
    expect(JSON.parse(String(body)).entities).toMatchObject([{ id: queueId }]);
  });
});

test('contacts are answered as a bare array, and only by the contact list that holds them', () => {
  const [list, other] = [...answers.contacts.keys()];
  const ids = [...(answers.contacts.get(list ?? '')?.keys() ?? [])].slice(0, 3);
  const found = (of: string | undefined) =>
    JSON.parse(String(findBulk(answers, `/api/v2/outbound/contactlists/${of}/contacts/bulk`, ids)?.body));
  expect(found(list)).toHaveLength(3);
  expect(found(other)).toEqual([]);
});

describe('the quota', () => {
  test('is counted for each token, and calls beyond it are refused until the window ends', () => {
    let nowMs = 0;
    const log = new CallLog(() => nowMs);
    log.begin({ allowed: 2, windowSeconds: 60 });
    const refused = (token: string) => log.count(token, 'users').isRefused;
    expect([refused('a'), refused('a'), refused('a'), refused('b')]).toEqual([false, false, true, false]);
    nowMs = 59_000;
    expect(log.count('a', 'users')).toEqual({ isRefused: true, count: 4, allowed: 2, resetSeconds: 1 });
    nowMs = 60_000;
    expect(log.count('a', 'queues')).toEqual({ isRefused: false, count: 1, allowed: 2, resetSeconds: 60 });
    expect(log.take()).toEqual({ calls: 6, refused: 2, byResource: { queues: 1, users: 5 }, tokens: 2 });
    expect(log.take().calls).toBe(0);
  });
});

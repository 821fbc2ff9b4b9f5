import type { Models } from 'purecloud-platform-client-v2';
import { describe, expect, test } from 'vitest';

import { EXAMPLE_CAMPAIGN_ID, generateOrganisation } from '../../../src/sandbox/generate-organisation.ts';
import { ask, sandboxForTest } from './helpers.ts';

const AT_MS = Date.UTC(2026, 5, 1, 9);
const organisation = generateOrganisation(1);

/** Lists in the order an interaction passes through them. */
const LISTS = [
  'scheduledInteractions',
  'pendingInteractions',
  'previewingInteractions',
  'proceedingInteractions',
  'interactingInteractions',
] as const;

function listsOf(campaignId: string, atMs: number): [(typeof LISTS)[number], Models.CampaignInteraction[]][] {
  const interactions = organisation.interactions(campaignId, atMs);
  return LISTS.map((list) => [list, interactions?.[list] ?? []]);
}

function allAt(atMs: number): Models.CampaignInteraction[] {
  return organisation.campaigns.flatMap(({ id = '' }) => listsOf(id, atMs).flatMap(([, rows]) => rows));
}

const aDay = Array.from({ length: 24 }, (_, hour) => AT_MS + hour * 3_600_000);

describe('the generated interactions', () => {
  test('are the same for the same seed and moment, and different for another seed', () => {
    const again = generateOrganisation(1).interactions(EXAMPLE_CAMPAIGN_ID, AT_MS);
    expect(again).toEqual(organisation.interactions(EXAMPLE_CAMPAIGN_ID, AT_MS));
    expect(generateOrganisation(2).interactions(EXAMPLE_CAMPAIGN_ID, AT_MS)).not.toEqual(again);
  });

  test('number about a hundred for the example campaign, in all five lists, and more than 250 in total', () => {
    for (const atMs of aDay) {
      const example = listsOf(EXAMPLE_CAMPAIGN_ID, atMs);
      const count = example.reduce((sum, [, rows]) => sum + rows.length, 0);
      expect(count).toBeGreaterThan(85);
      expect(count).toBeLessThan(113);
      expect(example.every(([, rows]) => rows.length > 0)).toBe(true);
      expect(allAt(atMs).length).toBeGreaterThan(250);
    }
  });

  test('change over HTTP only when the clock moves on', async () => {
    let nowMs = AT_MS;
    const sandbox = await sandboxForTest({ organisation, now: () => nowMs });
    const path = `/api/v2/outbound/campaigns/${EXAMPLE_CAMPAIGN_ID}/interactions`;
    const before = await ask(sandbox, path);
    expect((await ask(sandbox, path)).text).toBe(before.text);
    nowMs += 20_000;
    expect((await ask(sandbox, path)).text).not.toBe(before.text);
  });

  test('pass through the lists in one direction and keep their ids', () => {
    const places = new Map<string, number[]>();
    for (let atMs = AT_MS; atMs < AT_MS + 600_000; atMs += 5_000) {
      for (const [place, [, rows]] of listsOf(EXAMPLE_CAMPAIGN_ID, atMs).entries()) {
        for (const { id = '' } of rows) places.set(id, [...(places.get(id) ?? []), place]);
      }
    }
    expect(places.size).toBeGreaterThan(250);
    for (const seen of places.values()) expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test('have distinct ids and distinct contacts within a campaign at any moment', () => {
    for (const atMs of aDay) {
      const rows = listsOf(EXAMPLE_CAMPAIGN_ID, atMs).flatMap(([, interactions]) => interactions);
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
      expect(new Set(rows.map(({ contact }) => contact?.id)).size).toBe(rows.length);
    }
  });

  test('have times in ascending order, none of them in the future', () => {
    for (const row of allAt(AT_MS)) {
      const { previewConnectedTime, previewPopDeliveredTime, callPlacedTime, callRoutedTime } = row;
      const { creationTime, lastActivePreviewWrapupTime } = row;
      const times = [
        creationTime,
        lastActivePreviewWrapupTime,
        previewConnectedTime,
        previewPopDeliveredTime,
        callPlacedTime,
        callRoutedTime,
      ].filter((time) => time !== undefined);
      expect(times.concat(new Date(AT_MS).toISOString())).toEqual(
        times.toSorted().concat(new Date(AT_MS).toISOString()),
      );
      expect(times.every((time) => Date.parse(time) <= AT_MS)).toBe(true);
    }
  });

  test('have a conversation once they no longer wait, and an agent from then on in preview mode, otherwise once interacting', () => {
    for (const { id = '', dialingMode } of organisation.campaigns) {
      for (const [list, rows] of listsOf(id, AT_MS)) {
        const waits = list === 'pendingInteractions' || list === 'scheduledInteractions';
        const hasAgent = list === 'interactingInteractions' || (dialingMode === 'preview' && !waits);
        expect(rows.every(({ agent }) => (agent !== undefined) === hasAgent)).toBe(true);
        expect(rows.every(({ conversation }) => (conversation !== undefined) === !waits)).toBe(true);
      }
    }
  });

  test('have dispositions in both spellings, an undocumented disposition, or none', () => {
    const dispositions = new Set(aDay.flatMap(allAt).map(({ disposition }) => disposition));
    expect(dispositions).toContain(undefined);
    expect(dispositions).toContain('LIVE_VOICE');
    expect(dispositions).toContain('disposition.classification.callable.person');
    expect(dispositions).toContain('disposition.classification.callable.assistant');
  });

  test('refer to entities that exist, with the contact list in the selfUri of the contact', () => {
    const known = (rows: readonly { readonly id?: string }[]) => new Set(rows.map(({ id }) => id));
    const users = known(organisation.users);
    const queues = known(organisation.queues);
    const skills = known(organisation.skills);
    const scripts = known(organisation.scripts);
    for (const row of allAt(AT_MS)) {
      const [, listId = '', contactId = ''] =
        /contactlists\/(.+)\/contacts\/(.+)$/.exec(row.contact?.selfUri ?? '') ?? [];
      expect(organisation.contacts.get(listId)?.get(contactId)?.name).toBe(row.contact?.name);
      expect([...users, undefined]).toContain(row.agent?.id);
      expect([...queues, undefined]).toContain(row.queue?.id);
      expect([...scripts, undefined]).toContain(row.script?.id);
      for (const { id } of row.skills ?? []) expect(skills).toContain(id);
    }
  });

  test('have wrap-ups with known codes, with or without the name of the code', () => {
    const participants = aDay.flatMap(allAt).flatMap(({ conversation }) => conversation?.participants ?? []);
    const wrapUps = participants.map(({ wrapup }) => wrapup).filter((wrapup) => wrapup !== undefined);
    const codes = new Set(organisation.wrapUpCodes.map(({ id }) => id));
    expect(wrapUps.every(({ code }) => codes.has(code))).toBe(true);
    expect(wrapUps.some(({ name }) => name === undefined)).toBe(true);
    expect(wrapUps.some(({ name }) => name !== undefined)).toBe(true);
  });

  test('are none for a campaign that has stopped calling, have no lists for one that is off, and are undefined for an unknown one', () => {
    const withStatus = (status: string) =>
      organisation.campaigns.find(({ campaignStatus }) => campaignStatus === status)?.id ?? '';
    const stopping = organisation.interactions(withStatus('stopping'), AT_MS);
    expect(LISTS.map((list) => stopping?.[list])).toEqual(LISTS.map(() => []));
    expect(Object.keys(organisation.interactions(withStatus('off'), AT_MS) ?? {})).toEqual(['campaign']);
    expect(organisation.interactions('unknown', AT_MS)).toBeUndefined();
  });

  test('have conversations that can still be read a minute later, when some of them have ended', () => {
    const calls = allAt(AT_MS).flatMap(({ conversation }) => conversation?.id ?? []);
    for (const id of calls) expect(organisation.conversations(id, AT_MS + 60_000)?.id).toBe(id);
    expect(calls.some((id) => organisation.conversations(id, AT_MS + 60_000)?.endTime !== undefined)).toBe(
      true,
    );
  });
});

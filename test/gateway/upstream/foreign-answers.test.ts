import { expect, test } from 'vitest';
import { nodesIn, onlyError, screen } from '../../support/answers.ts';
import { capturedLog } from '../../support/captured-log.ts';
import { gatewayForTest } from '../../support/gateway.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID } from '../../support/organisation.ts';

const foreign = {
  kind: 'status',
  status: 404,
  foreign: true,
  body: { message: 'no Route matched with those values' },
} as const;
const everyKind = `{
  script(id: "script-1") { id }
  campaignInteractions(campaignId: "${CAMPAIGN_ID}") { totalCount }
  contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-1") { id }
  user(id: "user-1") { id }
}`;

test.each([
  ['a page', { ...foreign, html: true }],
  ['nothing', { ...foreign, body: '' }],
  ['JSON of an API gateway', foreign],
])(
  'a 404 with %s, which the vendor did not write, never means that an entity is unknown',
  async (_what, fault) => {
    const { query } = await gatewayForTest({ faults: [fault] });
    const { data, errors } = await query(everyKind);
    expect(data).toEqual({ script: null, campaignInteractions: null, contact: null, user: null });
    expect(errors?.map(({ extensions }) => extensions)).toEqual(
      Array.from({ length: 4 }, () =>
        expect.objectContaining({ code: 'UPSTREAM_BAD_RESPONSE', upstreamStatus: 404 }),
      ),
    );
  },
);

test('a bulk call that something else answers is not bisected, since no id is the reason', async () => {
  const { query, calls } = await gatewayForTest({ faults: [{ ...foreign, resource: 'contacts' }] });
  const answer = await query(screen('contact { data }'));
  expect(onlyError(answer).extensions.affected?.ids).toHaveLength(nodesIn(answer).length);
  expect(calls()).toEqual({ campaignInteractions: 1, contacts: 1 });
});

test('the log says once for each resource that something else answers in the place of the upstream', async () => {
  const { log, others } = capturedLog();
  const { query } = await gatewayForTest({ faults: [foreign], log });
  await query(everyKind);
  await query(everyKind);
  const lines = others().filter(
    ({ msg }) => msg === 'Something other than the upstream answers in its place',
  );
  expect(lines.map(({ resource }) => String(resource)).toSorted()).toEqual([
    'campaignInteractions',
    'contacts',
    'scripts',
    'users',
  ]);
});

import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/fault.ts';
import { LARGE_BYTES } from '../../src/lib/slices.ts';
import { forgetfulGatewayForTest, keepingGatewayForTest } from '../support/gateway.ts';
import { CONTACT_LIST_ID } from '../support/organisation.ts';

const CONTACT = `{ contact(contactListId: "${CONTACT_LIST_ID}", id: "contact-1") { data } }`;
const data =
  '{"Account":12345678901234567890,"Debt":-9007199254740993,"Age":42,"Phone":"+15551","Notes":[1e3,{"Order":9007199254740992}]}';
const expected = {
  Account: '12345678901234567890',
  Debt: '-9007199254740993',
  Age: 42,
  Phone: '+15551',
  Notes: [1000, { Order: '9007199254740992' }],
};

/** Fault by which the upstream's contact has this data, and as many bytes more. */
function contactWith(dataText: string, bytes = 0): Fault {
  const filling = bytes === 0 ? '' : `,"filling":"${'x'.repeat(bytes)}"`;
  const body = `[{"id":"contact-1","contactListId":"${CONTACT_LIST_ID}","data":${dataText}${filling}}]`;
  return { kind: 'status', status: 200, resource: 'contacts', body };
}

describe('whole numbers beyond 2^53 in the data of a contact', () => {
  test.each([
    ['an answer of usual size', 0],
    ['an answer that is parsed in slices', LARGE_BYTES],
  ])('are text with all their digits, in %s', async (_what, bytes) => {
    const { query } = await forgetfulGatewayForTest({ faults: [contactWith(data, bytes)] });
    expect(await query(CONTACT)).toEqual({ data: { contact: { data: expected } } });
  });

  test('are text with all their digits when they come from a cache', async () => {
    const { query, calls } = await keepingGatewayForTest({ faults: [contactWith(data)] });
    for (let n = 0; n < 4; n += 1) {
      // oxlint-disable-next-line eslint/no-await-in-loop -- one after the other
      expect(await query(CONTACT)).toEqual({ data: { contact: { data: expected } } });
    }
    expect(calls()).toEqual({ contacts: 1 });
  });
});

test('whole numbers beyond 2^53 in the attributes of a participant are rounded, as the schema says', async () => {
  const body = '{"id":"conversation-0","participants":[{"id":"p","attributes":{"n":12345678901234567890}}]}';
  const { query } = await forgetfulGatewayForTest({
    faults: [{ kind: 'status', status: 200, resource: 'conversations', body }],
  });
  const answer = await query('{ conversation(id: "conversation-0") { participants { attributes } } }');
  expect(answer).toEqual({
    data: { conversation: { participants: [{ attributes: { n: 12_345_678_901_234_567_000 } }] } },
  });
});

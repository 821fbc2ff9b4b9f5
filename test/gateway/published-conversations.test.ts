import { describe, expect, test } from 'vitest';
import { nodesIn, type Row } from '../support/answers.ts';
import { everyFieldOfUpstream } from '../support/every-field.ts';
import { CONTACT_LIST_ID } from '../support/organisation.ts';
import { gatewayOfPublished, published } from '../support/published-structures.ts';

const { conversations, users } = published;

/** Selection of a published conversation that needs nothing but the conversation. */
const CONVERSATION = `
  ${everyFieldOfUpstream('Conversation', 1)}
  participants { queue { id name selfUri } user { id selfUri } wrapup { name } }
`;

function conversation(shown: Row): Row {
  return { __typename: 'Conversation', name: null, endTime: null, ...shown };
}

function participant(shown: Row): Row {
  return {
    __typename: 'Participant',
    name: null,
    address: null,
    ani: null,
    dnis: null,
    connectedTime: null,
    endTime: null,
    queue: null,
    user: null,
    wrapup: null,
    ...shown,
  };
}

const callMeBack = {
  purpose: 'customer',
  queue: { id: 'ccc4a359-04b6-404f-8075-2ddc86b8e837', name: 'Call_Back_Later', selfUri: null },
  startTime: '2025-12-02T15:20:10.407Z',
  connectedTime: '2025-12-02T15:26:42.033Z',
  attributes: {
    homeDomain: 'cac1.pure.cloud',
    callMeAt: '+441632960210',
    pageUrl: 'https://shop.example/help',
    mailTo: 'person@mail.example',
  },
};

const shownConversations = {
  call: conversation({
    id: '0ca3e6b7-b059-4045-814c-1656499b8461',
    selfUri: '/api/v2/conversations/0ca3e6b7-b059-4045-814c-1656499b8461',
    startTime: '2025-10-14T07:05:12.118Z',
    endTime: '2025-10-14T07:07:13.874Z',
    participants: [
      participant({
        id: '25d3e740-aca5-4542-9ea6-a819bd80c447',
        name: 'Imogen Placeholder',
        purpose: 'customer',
        address: 'tel:+441632960148',
        ani: 'tel:+441632960148',
        dnis: 'tel:+441632960148',
        startTime: '2025-10-14T07:05:12.118Z',
        connectedTime: '2025-10-14T07:05:12.478Z',
        endTime: '2025-10-14T07:07:13.874Z',
        queue: { id: '4e4a59f2-6080-4000-a9f9-83617a216ff8', name: 'Warranty desk', selfUri: null },
        attributes: {
          OrderData: '{"order":"K-20","lines":[1,2]}',
          'ab-orderdata': '{"order":"K-20","lines":[1,2]}',
          OrderFailure: '{"order":"K-20","lines":[1,2]}',
        },
      }),
      participant({
        id: 'd0e9696a-0e53-4780-a218-d3421413b746',
        name: 'Front door flow',
        purpose: 'ivr',
        address: 'sip:5636c5d6-9e57-4afd-a310-f4ffcf19209f@198.51.100.9;language=en-US;user=ivr',
        ani: 'tel:+441632960179',
        dnis: 'sip:5636c5d6-9e57-4afd-a310-f4ffcf19209f@198.51.100.9;language=en-US;user=ivr',
        startTime: '2025-10-14T07:05:12.199Z',
        connectedTime: '2025-10-14T07:05:12.386Z',
        endTime: '2025-10-14T07:05:31.592Z',
        attributes: {},
      }),
      participant({
        id: 'd61990c5-404a-4919-9596-90fce07b2398',
        name: 'Repairs line',
        purpose: 'acd',
        address:
          'sip:1c0f3dbb-77f0-4c2e-a2ec-4329740ad873@198.51.100.9;language=en-US;src=https://media.example/vxml;user=acd',
        ani: 'tel:+441632960179',
        dnis: 'sip:1c0f3dbb-77f0-4c2e-a2ec-4329740ad873@198.51.100.9;language=en-US;src=https://media.example/vxml;user=acd',
        startTime: '2025-10-14T07:05:31.649Z',
        connectedTime: '2025-10-14T07:05:31.711Z',
        endTime: '2025-10-14T07:05:42.731Z',
        queue: { id: '1c0f3dbb-77f0-4c2e-a2ec-4329740ad873', name: 'Repairs line', selfUri: null },
        attributes: {},
      }),
      participant({
        id: '4dcdccb7-310b-4c48-9c67-48a0c05725fb',
        name: 'Tomasz Fictional',
        purpose: 'agent',
        address:
          'sip:5fd0c2a97be31846aa09d714+brightwater.orgspan.example;tgrp=52f1e0c4-386d-449c-ba70-8666bc12e786;trunk-context=brightwater@localhost',
        ani: 'sip:+441632960179@203.0.113.24;user=phone',
        dnis: 'sip:5fd0c2a97be31846aa09d714+brightwater.orgspan.example;tgrp=52f1e0c4-386d-449c-ba70-8666bc12e786;trunk-context=brightwater@localhost',
        startTime: '2025-10-14T07:05:32.268Z',
        connectedTime: '2025-10-14T07:05:42.677Z',
        endTime: '2025-10-14T07:07:13.870Z',
        user: {
          id: 'd93493b6-9642-4d05-b509-ff2f99f50d1e',
          selfUri: '/api/v2/users/d93493b6-9642-4d05-b509-ff2f99f50d1e',
        },
        // The name of the queue that the call came from, beside the id of the queue that it came to.
        queue: { id: '1c0f3dbb-77f0-4c2e-a2ec-4329740ad873', name: 'Warranty desk', selfUri: null },
        attributes: {
          export_result_partnerConversationId: '0ca3e6b7-b059-4045-814c-1656499b8461-partner-4',
          Partner_conversationId: '0ca3e6b7-b059-4045-814c-1656499b8461-partner-4',
          'ab-segment-label': 'second-line',
          PartId: '4dcdccb7-310b-4c48-9c67-48a0c05725fb',
          'ab-PartId': '4dcdccb7-310b-4c48-9c67-48a0c05725fb',
          export_result: 'Done',
          ConvId: '0ca3e6b7-b059-4045-814c-1656499b8461',
          'ab-level-of-segment': 'yes',
          export_result_details: '{"order":"K-20","lines":[1,2]}',
        },
      }),
    ],
  }),
  callback: conversation({
    id: '7648a583-0eb4-4121-af0c-a13e93a6ae5b',
    selfUri: '/api/v2/conversations/7648a583-0eb4-4121-af0c-a13e93a6ae5b',
    startTime: '2025-12-02T15:20:10.407Z',
    participants: [
      participant({
        ...callMeBack,
        id: '5787b4c4-79bf-46dd-b751-d04253475cde',
        // Blanks at an end of a name are somebody's text.
        name: 'Call me back, Otto ',
      }),
      participant({
        ...callMeBack,
        id: '833e7fd1-a8dd-4f70-bba0-235e9ff4ac95',
        purpose: 'acd',
        startTime: '2025-12-02T15:20:10.409Z',
      }),
      participant({
        ...callMeBack,
        id: 'ab4a36ef-cf90-488c-b407-d31c8894c79d',
        name: 'Beatrix Standin',
        purpose: 'agent',
        user: {
          id: '16f8403d-1836-417a-870a-5ccb2b571fd0',
          selfUri: '/api/v2/users/16f8403d-1836-417a-870a-5ccb2b571fd0',
        },
        startTime: '2025-12-02T15:26:42.419Z',
        connectedTime: null,
        endTime: '2025-12-02T15:27:39.677Z',
        attributes: {},
      }),
    ],
  }),
  chat: conversation({
    id: 'de832d8e-3a91-4286-b37b-dae9fe82b06d',
    selfUri: '/api/v2/conversations/de832d8e-3a91-4286-b37b-dae9fe82b06d',
    startTime: '2025-07-30T18:44:51.063Z',
    endTime: '2025-07-30T18:50:14.272Z',
    participants: [
      participant({
        id: '314f3834-da34-43b2-bdd3-6fdfe7559786',
        name: 'Imogen Placeholder',
        purpose: 'customer',
        startTime: '2025-07-30T18:44:51.063Z',
        connectedTime: '2025-07-30T18:44:51.063Z',
        endTime: '2025-07-30T18:50:12.983Z',
        queue: { id: 'a11da99a-5f00-49ee-b85b-3b27033a9dd6', name: 'WebDesk', selfUri: null },
        attributes: {
          'context.email': 'person@mail.example',
          'context._genesys_referrer': '',
          'context.basketValue': 'At the dentist',
        },
      }),
    ],
  }),
};

describe.each(['call', 'callback', 'chat'] as const)('the published conversation of a %s', (kind) => {
  const row = conversations[kind];

  test('is read by its id, with its participants, in one call', async () => {
    const { query, calls } = await gatewayOfPublished();
    expect(await query(`{ conversation(id: "${row.id}") { ${CONVERSATION} } }`)).toEqual({
      data: { conversation: shownConversations[kind] },
    });
    expect(calls()).toEqual({ conversations: 1 });
  });

  test('is the same in an interaction, without a call of its own', async () => {
    const { ask, calls } = await gatewayOfPublished([{ id: 'interaction-1', conversation: row }]);
    const answer = await ask(`conversation { ${CONVERSATION} }`);
    expect(answer.errors).toBeUndefined();
    expect(nodesIn(answer)).toEqual([{ conversation: shownConversations[kind] }]);
    expect(calls()).toEqual({ campaignInteractions: 1 });
  });
});

describe('in published conversations', () => {
  test("agents are users by their ids, read in one call, and one that is unknown keeps the participant's name", async () => {
    const rows = Object.values(conversations).map((row) => ({ id: `of-${row.id}`, conversation: row }));
    const { ask, sandbox, calls } = await gatewayOfPublished(rows);
    const answer = await ask('conversation { participants { name user { id name email } } }');
    expect(answer.errors).toBeUndefined();
    const agents = nodesIn(answer)
      .flatMap((node) => node.conversation.participants)
      .filter(({ user }) => user !== null);
    const unknown = 'd93493b6-9642-4d05-b509-ff2f99f50d1e';
    expect(agents).toEqual([
      { name: 'Tomasz Fictional', user: { id: unknown, name: null, email: null } },
      {
        name: 'Beatrix Standin',
        user: { id: users.listed.id, name: 'Beatrix Standin', email: 'beatrix@mail.example' },
      },
    ]);
    expect(sandbox.requests.at(-1)?.ids.toSorted()).toEqual([users.listed.id, unknown]);
    expect(calls()).toEqual({ campaignInteractions: 1, users: 1 });
  });

  test('a callback that is none of the dialer says nothing of the contact list, which is that of the campaign', async () => {
    const row = { id: 'interaction-1', contact: { id: 'contact-1' }, conversation: conversations.callback };
    const { ask, calls } = await gatewayOfPublished([row]);
    const answer = await ask('contact { contactListId }');
    expect(answer.errors).toBeUndefined();
    expect(nodesIn(answer)).toEqual([{ contact: { contactListId: CONTACT_LIST_ID } }]);
    expect(calls()).toEqual({ campaignInteractions: 1, campaigns: 1 });
  });
});

import * as fc from 'fast-check';
import { getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import { usualCardinalities } from '../../../src/config/cardinalities.ts';
import { planOperation } from '../../../src/operations/planner.ts';
import { servedSchema } from '../../../src/federation/served-schema.ts';
import { propertyRuns, timeout } from '../../property/property-runs.ts';
import { NOTHING_KEPT, startTestGateway } from '../../support/gateway.ts';
import { CAMPAIGN_ID, CONTACT_LIST_ID, supervisorsOrganisation } from '../../support/organisation.ts';

/** Selections that load entities of each type, follow their references, or need no call. */
const selections = [
  '... on User { id }',
  '... on User { email presence { systemPresence } manager { name email } skills { skill { state } } }',
  '... on DomainEntity { name selfUri }',
  '... on Queue { memberCount division { name } }',
  '... on Skill { state }',
  '... on Script { startPageName division { id name } }',
  '... on ContactList { size }',
  '... on Campaign { stats { idleAgents } }',
  '... on Campaign { campaignStatus queue { memberCount } contactList { size } }',
  '... on Campaign { interactions(first: 5) { nodes { campaign { campaignStatus } agent { title } } } }',
  '... on Contact { contactList { size } }',
  '... on Contact { callable }',
  '... on CampaignInteraction { disposition agent { email } contact { data } queue { memberCount } }',
];

const some = (prefix: string, most: number) =>
  fc.integer({ min: 0, max: most }).map((number) => `${prefix}-${number}`);
const of = (type: string, id: fc.Arbitrary<string>) => fc.record({ __typename: fc.constant(type), id });

const representations = fc.array(
  fc.oneof(
    of('User', some('user', 25)),
    of('Queue', some('queue', 6)),
    of('Skill', some('skill', 9)),
    of('Script', some('script', 4)),
    of('Division', some('division', 2)),
    of('WrapUpCode', some('wrap-up', 2)),
    of('ContactList', some('list', 2)),
    of('Campaign', fc.constantFrom(CAMPAIGN_ID, 'campaign-2')),
    fc.record({
      __typename: fc.constant('Contact'),
      contactListId: fc.constantFrom(CONTACT_LIST_ID, 'list-2'),
      id: some('contact', 99),
    }),
    fc.record({
      __typename: fc.constant('CampaignInteraction'),
      campaignId: fc.constantFrom(CAMPAIGN_ID, 'campaign-2'),
      id: fc.constantFrom('interaction-001', 'interaction-042', 'gone'),
    }),
  ),
  { maxLength: 40 },
);

/** Organisation with a second list of the same contacts: calls to an unknown list are bisected, which no plan counts. */
function organisation() {
  const one = supervisorsOrganisation();
  const contacts = one.contacts.get(CONTACT_LIST_ID) ?? new Map();
  return { ...one, contacts: new Map([...one.contacts, ['list-2', contacts]]) };
}

test('entities cost no more calls to any resource than are planned for them', { timeout }, async () => {
  const schema = await servedSchema({ subgraph: true });
  const property = fc.asyncProperty(
    representations,
    fc.subarray(selections, { minLength: 1 }),
    fc.constantFrom(1, 3, 100),
    async (given, selected, batchSize) => {
      const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ${selected.join(' ')} } }`;
      const operation = getOperationAST(parse(query));
      if (!operation) throw new TypeError('There is an operation.');
      const { byResource } = planOperation(
        { schema, fragments: {}, variableValues: { representations: given } },
        operation,
        { batchSize, cardinalities: usualCardinalities },
      );
      const tested = await startTestGateway({
        organisation: organisation(),
        env: {
          ...NOTHING_KEPT,
          SUBGRAPH: '1',
          UPSTREAM_BATCH_SIZE: String(batchSize),
          MAX_UPSTREAM_CALLS: '10000',
          MAX_TOKENS: '10000',
        },
      });
      try {
        const { errors } = await tested.query(query, { representations: given });
        expect(errors, query).toBeUndefined();
        const planned = new Map<string, number>(byResource.map(({ resource, calls }) => [resource, calls]));
        const calls = Object.entries(tested.calls());
        const tooMany = calls.filter(([resource, made]) => made > (planned.get(resource) ?? 0));
        expect(tooMany, `${query}\n${JSON.stringify({ given, byResource, calls })}`).toEqual([]);
      } finally {
        await tested.close();
      }
    },
  );
  await fc.assert(property, propertyRuns);
});

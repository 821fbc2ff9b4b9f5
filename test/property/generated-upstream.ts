import { statsOfCampaign } from '../../src/sandbox/stats-of-campaign.ts';
import * as fc from 'fast-check';
import type { Fault } from '../../src/sandbox/fault.ts';
import type { Organisation } from '../../src/sandbox/organisation.ts';
import { RESOURCE_NAMES, type ResourceName } from '../../src/sandbox/resource-names.ts';
import type { Row } from '../support/answers.ts';
import { campaign, supervisorsOrganisation } from '../support/organisation.ts';
import { type CampaignDraft, campaignDrafts, conversation } from './generated-campaigns.ts';
import {
  cuts,
  type Damage,
  damageTo,
  oddAnswers,
  oddities,
  type Oddity,
  type Rows,
  rowsOf,
} from './damage.ts';
import { resourceTable } from './resource-table.ts';

/** Generated upstream as plain data, so that a failing case can be read. */
export interface UpstreamPlan {
  readonly campaigns: readonly CampaignDraft[];
  readonly damage: readonly Damage[];
  readonly oddities: Readonly<Partial<Record<ResourceName, readonly Oddity[]>>>;
  /** Resource that answers every call with this status. */
  readonly failing: { readonly resource: ResourceName; readonly status: number } | null;
  /** UPSTREAM_BATCH_SIZE of the gateway. */
  readonly batchSize: number;
}

const organisation = twoContactLists();
/** Resources of which the answers can be damaged. */
const resources = RESOURCE_NAMES.filter((name) => !['tokens', 'login', 'unknown'].includes(name));

/** Resources for which 404 is an answer. */
const answering404 = ['campaignInteractions', 'conversations', 'scripts'] as const;

/** Oddities of the answers of one resource. Half of them are cut as well. */
const odditiesOfAnswers: fc.Arbitrary<readonly Oddity[]> = fc
  .tuple(fc.subarray([...oddities]), fc.option(fc.constantFrom(...cuts), { freq: 2 }))
  .map(([odd, cut]) => (cut === null ? odd : [...odd, cut]));

/** Upstreams with up to two campaigns, with damaged rows, odd answers or a failing resource. */
export const upstreamPlans: fc.Arbitrary<UpstreamPlan> = campaignDrafts.chain((drafts) =>
  fc.record({
    campaigns: fc.constant(drafts),
    damage: fc.array(damageTo(rowsHeld(drafts)), { maxLength: 12 }),
    oddities: fc.dictionary(fc.constantFrom(...resources), odditiesOfAnswers),
    failing: fc.option(
      fc.oneof(
        fc.record({ resource: fc.constantFrom(...resources), status: fc.constantFrom(403, 500) }),
        // Other resources refuse the whole call, which is then bisected: recoveries.test.ts.
        fc.record({ resource: fc.constantFrom(...answering404), status: fc.constant(404) }),
      ),
      { freq: 4 },
    ),
    batchSize: fc.constantFrom(1, 2, 3, 100),
  }),
);

/** True for a resource whose answers to several ids may lack some. */
export function areCut({ oddities: odd }: UpstreamPlan, resource: string): boolean {
  return Object.entries(odd).some(
    ([name, those]) => name === resource && cuts.some((cut) => those.includes(cut)),
  );
}

/** Options that make a sandbox such an upstream. */
export function sandboxOptions({ campaigns: drafts, damage, oddities: odd, failing }: UpstreamPlan): {
  organisation: Organisation;
  faults: Fault[];
} {
  const rows = rowsHeld(drafts);
  return {
    organisation: { ...organisation, campaigns: drafts.map(({ row }) => campaign(row.id)) },
    faults: [
      ...(failing ? [{ kind: 'status' as const, ...failing }] : []),
      ...resources.map((resource) => oddAnswers(resource, rows, damage, odd[resource] ?? [])),
    ],
  };
}

function rowsHeld(drafts: readonly CampaignDraft[]): Rows {
  return new Map([
    ...rowsOf(organisation),
    ['conversations conversation-0', conversation],
    ...drafts.flatMap(({ row, body }): [string, Row][] => [
      [`campaignStats ${row.id}`, { ...organisation.stats(row.id, 0) }],
      [`campaignStatsById ${row.id}`, { ...statsOfCampaign(organisation, row.id, 0) }],
      [`campaigns ${row.id}`, row],
      [`campaignInteractions ${row.id}`, body],
    ]),
  ]);
}

/** Organisation of the supervisor with a second contact list, in which the same ids belong to other contacts. */
function twoContactLists(): Organisation {
  const base = supervisorsOrganisation();
  const first = base.contacts.get('list-1') ?? new Map<string, never>();
  const second = [...first]
    .slice(0, 3)
    .map(
      ([id, row]) =>
        [
          id,
          { ...row, name: `Other ${row.name}`, contactListId: 'list-2', data: { Phone: `Other ${id}` } },
        ] as const,
    );
  return {
    ...base,
    contactLists: [
      ...base.contactLists,
      ...base.contactLists.map((row) => ({ ...row, id: 'list-2', name: 'Name of list-2' })),
    ],
    contacts: new Map([
      ['list-1', first],
      ['list-2', new Map(second)],
    ]),
    // Faults write the interactions into the answers.
    interactions: (id) => (resourceTable.campaigns.ids.slice(0, 2).includes(id) ? {} : undefined),
  };
}

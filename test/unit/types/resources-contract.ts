/**
 * Mistakes in the declaration and use of resources that must not compile. Nothing here runs; `npm run check:types` fails
 * when one of them is no longer an error.
 */
import type { CardinalityName } from '../../../src/config/cardinalities.ts';
import type { TtlName } from '../../../src/config/ttls.ts';
import { CampaignRecord } from '../../../src/datasources/campaigns.ts';
import { listingById } from '../../../src/datasources/resource.ts';
import type { EntityType } from '../../../src/federation/entity-keys.ts';
import type { DataSources } from '../../../src/loading/data-sources.ts';

const declaration = {
  name: 'sprockets',
  type: 'Sprocket',
  permissions: [],
  ttl: { name: 'SPROCKET', seconds: 30 },
  path: '/api/v2/sprockets',
  maxIds: 100,
  Entity: CampaignRecord,
} as const;

export const declared = listingById(declaration);

// @ts-expect-error -- a declaration has no such fact
export const misspelt = listingById({ ...declaration, rot: 'sprocket' });

// @ts-expect-error -- a TTL has a default
export const withoutDefault = listingById({ ...declaration, ttl: { name: 'SPROCKET' } });

// @ts-expect-error -- no resource declares this TTL
export const ttl: TtlName = 'SPROCKET';

// @ts-expect-error -- no resource declares this cardinality
export const cardinality: CardinalityName = 'sprocketsPerList';

// @ts-expect-error -- no resource declares a key of this type
export const entity: EntityType = 'Conversation';

export async function load({ users, queues }: DataSources) {
  void users.load('user-1', ['presence', 'skills']);
  // @ts-expect-error -- users have no such part
  void users.load('user-1', ['size']);
  // @ts-expect-error -- queues have no parts
  void queues.load('queue-1', ['presence']);
  const queue = await queues.load('queue-1');
  void queue?.memberCount;
  // @ts-expect-error -- a queue has no such property
  void queue?.email;
}

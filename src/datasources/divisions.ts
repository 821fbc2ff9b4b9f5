import type { Models } from 'purecloud-platform-client-v2';
import { listingById } from './resource.ts';
import { EntityRecord } from './wire/wire-record.ts';

class DivisionRecord extends EntityRecord<Models.AuthzDivision> {}

export const divisions = listingById({
  name: 'divisions',
  type: 'Division',
  permissions: [],
  ttl: { name: 'DIVISION', seconds: 300 },
  federated: { key: ['id'] },
  path: '/api/v2/authorization/divisions',
  maxIds: 100,
  Entity: DivisionRecord,
});

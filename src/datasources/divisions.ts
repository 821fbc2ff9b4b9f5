import type { Models } from 'purecloud-platform-client-v2';
import { listingById } from './resource.ts';
import { isId, usualId } from './wire/ids.ts';
import { EntityRecord } from './wire/wire-record.ts';

class DivisionRecord extends EntityRecord<Models.AuthzDivision> {}

/** Id by which the vendor means all divisions. */
const ALL = '*';

export const divisions = listingById({
  name: 'divisions',
  type: 'Division',
  permissions: [],
  ttl: { name: 'DIVISION', seconds: 300 },
  federated: { key: ['id'] },
  cardinalities: {
    divisionsPerList: { most: 100, meaning: 'divisions that a list refers to', perList: 'Division' },
  },
  ids: {
    ...usualId,
    is: (value): value is string => value === ALL || isId(value),
    rule: `${usualId.rule}, or ${ALL}`,
  },
  path: '/api/v2/authorization/divisions',
  builtIn: (id) => (id === ALL ? { id, name: 'All divisions' } : undefined),
  maxIds: 100,
  Entity: DivisionRecord,
});

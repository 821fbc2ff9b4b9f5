import type { Models } from 'purecloud-platform-client-v2';
import { listingById } from './resource.ts';
import { EntityRecord } from './wire/wire-record.ts';

class WrapUpCodeRecord extends EntityRecord<Models.WrapupCode> {}

export const wrapUpCodes = listingById({
  name: 'wrapUpCodes',
  type: 'WrapUpCode',
  permissions: ['routing:wrapupCode:view'],
  ttl: { name: 'WRAP_UP_CODE', seconds: 300 },
  federated: { key: ['id'] },
  path: '/api/v2/routing/wrapupcodes',
  // System codes, which the lookup does not know.
  builtIn: (id) => (/^ININ-/i.test(id) ? { id, name: id } : undefined),
  maxIds: 100,
  Entity: WrapUpCodeRecord,
});
